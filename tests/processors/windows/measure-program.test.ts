import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileMeasures } from '../../../processors/windows/measure-program.ts'
import { WindowState } from '../../../processors/windows/window-state.ts'
import { merge, type Operation, operations } from '../../../schemas/measures/measure.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import { records } from '../../../schemas/records/records.ts'

const window = (record: keyof typeof measureSets) => {
  const program = compileMeasures(measureSets[record], records[record].identity)
  const state = new WindowState(program, 2, 60_000)
  state.open(0)
  const blank = Object.fromEntries(program.fields.map(field => [field, null]))
  let time = 0
  return {
    add: (asset: number, reading: object, usable = true, at = time++, county = 0) =>
      state.add(asset, county, at, { ...blank, ...reading }, usable),
    measure: (id: string, county = 0) =>
      state.measures[
        county * program.measures.length + program.measures.findIndex(measure => measure.id === id)
      ],
    state,
  }
}

describe('measures of a window', () => {
  test('take numerator and denominator from the same readings', () => {
    const { add, measure } = window('radio_pm')
    add(0, { rrc_estab_att: 100, rrc_estab_succ: 90 })
    add(1, { rrc_estab_att: 50 })
    add(2, { rrc_estab_succ: 40 })
    expect(measure('rrc_estab_att')).toBe(100)
    expect(measure('rrc_estab_succ')).toBe(90)
  })

  test('leave out unusable readings but count that they came', () => {
    const { add, measure, state } = window('radio_pm')
    add(0, { rrc_estab_att: 100, rrc_estab_succ: 90 }, false)
    expect(measure('rrc_estab_att')).toBe(0)
    expect([state.readings[0], state.assets[0]]).toEqual([1, 0])
  })

  test('of a level are the sum over assets of their means', () => {
    const { add, measure } = window('parking')
    add(0, { capacity: 100, occupied: 40, status: 'open' })
    add(0, { capacity: 100, occupied: 60, status: 'open' })
    add(1, { capacity: 50, occupied: 10, status: 'open' })
    add(2, { capacity: 500, occupied: 0, status: 'closed' })
    expect(measure('occupied')).toBe(60)
    expect(measure('free')).toBe(90)
    expect(measure('capacity')).toBe(150)
  })

  test('know the recommended band, both ends included, and the hottest inlet', () => {
    const { add, measure } = window('rack')
    for (const inlet of [17.9, 18, 27, 27.1, null]) add(0, { inlet_temp_c: inlet })
    expect([measure('inlet_in_band'), measure('inlet_readings'), measure('inlet_max_c')]).toEqual([
      2, 4, 27.1,
    ])
  })

  test('weigh an asset once in a ratio of counts, however often it reports', () => {
    const { add, measure } = window('rack')
    for (let i = 0; i < 6; i++) add(0, { in_use: true })
    for (const rack of [1, 2, 3]) add(rack, { in_use: false })
    expect([measure('racks_in_use'), measure('racks_of_known_use')]).toEqual([1, 4])
    // In use for a third of its readings; one that does not say so is not asked.
    for (const in_use of [true, false, null, false]) add(4, { in_use })
    add(5, { in_use: null, inlet_temp_c: 27 })
    expect(measure('racks_in_use')).toBeCloseTo(4 / 3, 12)
    expect(measure('racks_of_known_use')).toBe(5)
    for (const inlet_temp_c of [30, 18, 30, 18]) add(6, { inlet_temp_c })
    expect([measure('racks_in_band'), measure('racks_of_known_inlet')]).toEqual([1.5, 2])
  })

  test('take an asset that moves once, in the county of its first usable reading, with all its readings', () => {
    const { add, measure, state } = window('rack')
    const from = (county: number, reading: object, usable = true) =>
      add(0, reading, usable, undefined, county)
    from(0, { it_power_w: 9_000, inlet_temp_c: 40 }, false)
    from(1, { it_power_w: 4_000, inlet_temp_c: 20, in_use: true })
    state.changed.fill(0)
    from(0, { it_power_w: 2_000, inlet_temp_c: 30, in_use: false })
    expect([...state.changed], 'both are told').toEqual([1, 1])
    const ofBoth = (id: string) => [0, 1].map(county => measure(id, county))
    expect(ofBoth('it_power_w')).toEqual([0, 3_000])
    expect(ofBoth('it_power_readings')).toEqual([0, 2])
    expect(ofBoth('racks_in_use')).toEqual([0, 0.5])
    expect(ofBoth('racks_of_known_use')).toEqual([0, 1])
    expect([...state.assets]).toEqual([0, 1])
    // What is said of readings, and not of assets, stays where each of them says it is.
    expect(ofBoth('inlet_max_c')).toEqual([30, 20])
    expect(ofBoth('inlet_readings')).toEqual([1, 1])
    expect([...state.readings]).toEqual([2, 1])
    // Another asset, and another window, know nothing of it.
    add(1, { it_power_w: 500 })
    expect(ofBoth('it_power_w')).toEqual([500, 3_000])
    state.open(60_000)
    add(0, { it_power_w: 700 }, true, 60_000)
    expect(ofBoth('it_power_w')).toEqual([700, 0])
  })

  test('take events of one asset and millisecond each by what it names', () => {
    const { add, measure, state } = window('radio_alarm')
    const alarm = (alarm_id: string, at: number, stateSaid = 'raised') =>
      add(0, { alarm_id, state: stateSaid }, true, at)
    expect([alarm('a', 0), alarm('b', 0), alarm('a', 0, 'cleared'), alarm('a', 0)]).toEqual([
      true,
      true,
      true,
      false,
    ])
    // An id that looks like another one with its state.
    expect([alarm('a","cleared', 1), alarm('a', 1, 'cleared')]).toEqual([true, true])
    expect([measure('raised'), measure('cleared')]).toEqual([3, 2])
    expect([state.readings[0], state.duplicates[0], state.assets[0]]).toEqual([5, 1, 1])
    state.open(60_000)
    expect(state.add(0, 0, 60_000, { alarm_id: 'a', state: 'raised' }, true)).toBe(true)

    const lines = window('grid_inspection')
    const stretch = (from_km: number, to_km: number) =>
      lines.add(0, { from_km, to_km, method: 'unmanned' }, true, 0)
    expect([stretch(0, 10), stretch(10, 30), stretch(0, 10)]).toEqual([true, true, false])
    expect(lines.measure('unmanned_km')).toBe(30)
  })

  test('start afresh when a state is used for another window', () => {
    const { add, measure, state } = window('rack')
    add(0, { it_power_w: 10, inlet_temp_c: 30 }, true, 5)
    add(0, { it_power_w: 20, inlet_temp_c: 30 }, true, 6)
    state.open(60_000)
    expect(state.firstOffset).toBe(-1)
    expect(add(0, { it_power_w: 7, inlet_temp_c: 20 }, true, 60_005)).toBe(true)
    expect(add(0, { it_power_w: 7, inlet_temp_c: 20 }, true, 60_006)).toBe(true)
    expect([measure('it_power_w'), measure('inlet_max_c'), state.readings[0]]).toEqual([7, 20, 2])
  })

  test('refuse what is not a field name', () => {
    const measures = [{ id: 'x', op: 'sum' as const, of: 'a;process.exit()', unit: '1' }]
    expect(() => compileMeasures({ record: 'rack', measures })).toThrow(/not a field name/)
  })
})

describe('merging', () => {
  const number = fc.integer({ min: -1_000_000, max: 1_000_000 })
  test('is associative and commutative', () => {
    fc.assert(
      fc.property(fc.constantFrom<Operation>(...operations), number, number, number, (op, a, b, c) => {
        expect(merge(op, a, b)).toBe(merge(op, b, a))
        expect(merge(op, merge(op, a, b), c)).toBe(merge(op, a, merge(op, b, c)))
      }),
    )
  })
})

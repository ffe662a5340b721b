import { describe, expect, it } from 'vitest'
import { kpisOf } from '../../../schemas/kpis/kpis.ts'
import { recordIds } from '../../../schemas/records/record.ts'
import { counties, withAncestors } from '../../../schemas/regions/regions.ts'
import type { AcceptedReading, RegisteredAsset } from './accepted-reading.ts'
import { compareWindows } from './compare-windows.ts'
import { expectedWindow } from './expected-window.ts'
import { formulas } from './formulas.ts'
import { regionsOver } from './region-tree.ts'

const minute = 60_000
const start = Date.UTC(2026, 10, 22, 12, 0)
const [lixia, shizhong, shinan] = ['370102', '370103', '370202'] as const

function reading(
  assetId: string,
  fields: AcceptedReading['fields'],
  seconds = 1,
  county: string = lixia,
): AcceptedReading {
  return { assetId, county, eventTime: start + seconds * 1000, fields }
}

const facts = { hours: 1 / 60, assets: 2, due: 4 }

describe('the formulas', () => {
  it('of racks: power is a mean of each rack, and each rack weighs 1', () => {
    const racks = [
      reading('a', { it_power_w: 4000, inlet_temp_c: 18, in_use: true }),
      reading('a', { it_power_w: 6000, inlet_temp_c: 27, in_use: true }),
      reading('b', { it_power_w: 1000, inlet_temp_c: 27.1, in_use: false }),
      reading('b', { it_power_w: null, inlet_temp_c: 17 }),
      reading('c', { it_power_w: null, inlet_temp_c: 17, in_use: false }),
      reading('d', { in_use: false }),
    ]
    expect(formulas.rack(racks, facts)).toEqual({
      'datacenter.it_load_kw': 6,
      'datacenter.racks_in_use_pct': 25,
      // One of three, and not two readings of five.
      'datacenter.inlet_in_band_pct': expect.closeTo(100 / 3, 9),
      'datacenter.inlet_max_c': 27.1,
      'datacenter.coverage_pct': 50,
    })
  })

  it('of facilities: only periods that state both energies', () => {
    const periods = [
      reading('a', { total_energy_kwh: 130, it_energy_kwh: 100 }),
      reading('b', { total_energy_kwh: 20, it_energy_kwh: 20 }),
      reading('c', { total_energy_kwh: 999 }),
    ]
    expect(formulas.facility(periods, facts)).toEqual({ 'datacenter.pue': 150 / 120 })
  })

  it('of cells', () => {
    const cell = {
      period_s: 60,
      rrc_estab_att: 100,
      rrc_estab_succ: 50,
      uectx_estab_att: 10,
      uectx_estab_succ: 10,
      drb_estab_att: 8,
      drb_estab_succ: 4,
      drb_rel_act: 2,
      drb_session_s: 3600,
      prb_avail_dl: 200,
      prb_used_dl: 30,
      ho_prep_att: 10,
      ho_prep_succ: 8,
      ho_exec_att: 8,
      ho_exec_succ: 2,
      pdcp_volume_dl_mbit: 300,
      pdcp_volume_ul_mbit: 60,
      energy_kwh: 0.5,
      unavailable_s: 6,
    }
    const cells = [
      reading('a', cell),
      reading('b', { ...cell, rrc_estab_succ: null, energy_kwh: null, unavailable_s: 0 }),
    ]
    const { 'radio.energy_efficiency_bit_per_j': efficiency, ...others } = formulas.radio_pm(cells, facts)
    expect(efficiency).toBeCloseTo(360e6 / (0.5 * 3.6e6), 9)
    expect(others).toEqual({
      'radio.accessibility_pct': 25,
      'radio.retainability_per_h': 2,
      'radio.handover_success_pct': 20,
      'radio.prb_utilisation_dl_pct': 15,
      'radio.availability_pct': 95,
      'radio.traffic_dl_gbit': 18,
      'radio.cells_reporting': 2,
      'radio.coverage_pct': 50,
    })
  })

  it('of events: a rate per hour', () => {
    const alarms = ['raised', 'raised', 'cleared'].map(state => reading('a', { state }))
    expect(formulas.radio_alarm(alarms, facts)['radio.alarms_raised']).toBeCloseTo(120, 9)
    const flights = [reading('l', { from_km: 2, to_km: 3.5 }), reading('l', { from_km: 2, to_km: 3 })]
    expect(formulas.grid_inspection(flights, facts)['grid.inspected_km']).toBeCloseTo(150, 9)
  })

  it('of car parks: closed ones have no spaces, levels are means per car park', () => {
    const lots = [
      reading('a', { status: 'open', capacity: 100, occupied: 40, exits: 3 }),
      reading('a', { status: null, capacity: 100, occupied: 60, exits: null }),
      reading('b', { status: 'closed', capacity: 500, occupied: 500, exits: 9 }),
      reading('c', { status: 'unknown', capacity: 100, occupied: null, exits: 1 }),
    ]
    const { 'parking.turnover_per_space_h': turnover, ...others } = formulas.parking(lots, facts)
    expect(turnover).toBeCloseTo((4 / 200) * 60, 9)
    expect(others).toEqual({
      'parking.occupancy_pct': 50,
      'parking.free_spaces': 50,
      'parking.lots_reporting': 2,
      'parking.coverage_pct': 50,
    })
  })

  it('say nothing where nothing was measured', () => {
    const silent = { hours: 1, assets: 0, due: 3 }
    const zero = [
      ...['radio.cells_reporting', 'radio.coverage_pct', 'radio.alarms_raised', 'grid.inspected_km'],
      ...['datacenter.coverage_pct', 'parking.lots_reporting', 'parking.coverage_pct'],
    ]
    for (const record of recordIds) {
      for (const [kpi, value] of Object.entries(formulas[record]([], silent)))
        expect(value, kpi).toBe(zero.includes(kpi) ? 0 : null)
    }
  })

  it('are there for every KPI', () => {
    for (const record of recordIds) {
      const ids = kpisOf(record).map(({ id }) => id)
      expect(Object.keys(formulas[record]([], facts)).sort(), record).toEqual(ids.sort())
    }
  })
})

it('knows the regions over every county', () => {
  for (const { code } of counties) expect(regionsOver(code)).toEqual(withAncestors(code))
})

const rackAsset = (county: string, more: Partial<RegisteredAsset> = {}): RegisteredAsset => ({
  ...{
    assetId: 'x',
    counties: [county],
    record: 'rack',
    kind: 'rack',
    county,
    periodS: 60,
    commissionedAt: null,
    retiredAt: null,
  },
  ...more,
})

describe('the comparison', () => {
  const assets = [
    rackAsset(lixia),
    rackAsset(lixia, { periodS: 240 }),
    rackAsset(lixia, { retiredAt: start }),
    rackAsset(shizhong),
    rackAsset(shinan),
    rackAsset(shinan, { kind: 'lot', record: 'parking' }),
  ]
  const readings = [
    reading('a', { it_power_w: 3000 }, 1),
    reading('a', { it_power_w: 5000 }, 59),
    reading('b', { it_power_w: 1500 }, 30, shizhong),
    reading('b', { it_power_w: 7000 }, 60, shizhong),
  ]
  const accepted = { record: 'rack', sizeMs: minute, readings, assets } as const

  it('expects each level from its counties, silent ones included', () => {
    const window = expectedWindow('rack', start, minute, readings.slice(0, 3), assets)
    const seen = [...window].map(([region, { readings, assets, expected, coverage, kpis }]) => [
      region,
      [readings, assets, expected, coverage, kpis['datacenter.it_load_kw']],
    ])
    expect(Object.fromEntries(seen)).toEqual({
      [lixia]: [2, 1, 1.25, 0.8, 4],
      [shizhong]: [1, 1, 1, 1, 1.5],
      [shinan]: [0, 0, 1, 0, null],
      '370100': [3, 2, 2.25, 2 / 2.25, 5.5],
      '370200': [0, 0, 1, 0, null],
      'circle-shenghui': [3, 2, 2.25, 2 / 2.25, 5.5],
      'circle-jiaodong': [0, 0, 1, 0, null],
      '370000': [3, 2, 3.25, 2 / 3.25, 5.5],
    })
  })

  it('takes an asset that moves once, in the county of its first usable reading', () => {
    const lots = [
      { ...reading('a', { capacity: 100, occupied: 0, status: 'open' }, 1, shinan), suspect: true },
      reading('a', { capacity: 100, occupied: 40, status: 'open' }, 5, lixia),
      reading('a', { capacity: 100, occupied: 60, status: 'open', exits: 3 }, 2, shizhong),
      reading('b', { capacity: 100, occupied: 50, status: 'open' }, 3, shizhong),
    ]
    const window = expectedWindow('parking', start, minute, lots, [])
    const seen = [...window].map(([region, { readings, assets, kpis }]) => [
      region,
      [readings, assets, kpis['parking.free_spaces'], kpis['parking.lots_reporting']],
    ])
    expect(Object.fromEntries(seen)).toMatchObject({
      [lixia]: [1, 1, 50, 1],
      [shizhong]: [2, 1, 50, 1],
      [shinan]: [1, 0, null, 0],
      '370100': [3, 2, 100, 2],
      '370000': [4, 2, 100, 2],
    })
    const racks = [
      reading('r', { it_power_w: 1000, inlet_temp_c: 20 }, 1, lixia),
      reading('r', { it_power_w: 3000, inlet_temp_c: 30 }, 2, shinan),
    ]
    const { kpis } = expectedWindow('rack', start, minute, racks, []).get(lixia)!
    expect([kpis['datacenter.it_load_kw'], kpis['datacenter.inlet_max_c']]).toEqual([2, 20])
  })

  it('expects an asset in one county, where it is when it first serves in the window', () => {
    const moved = rackAsset(shizhong, { former: [{ county: lixia, until: start + 1_000 }] })
    const due = (asset: RegisteredAsset, from: number) =>
      Object.fromEntries(
        [...expectedWindow('rack', from, minute, [], [asset])].map(([region, { expected }]) => [
          region,
          expected,
        ]),
      )
    expect(due(moved, start)).toMatchObject({ [lixia]: 1, '370100': 1 })
    expect(due(moved, start)).not.toHaveProperty(shizhong)
    expect(due(moved, start + minute)).not.toHaveProperty(lixia)
    expect(due({ ...moved, expectedFrom: start + 2_000 }, start)).toMatchObject({
      [shizhong]: 1,
      '370100': 1,
    })
    expect(due({ ...moved, expectedFrom: start + minute }, start)).toEqual({})
    expect(due({ ...moved, expectedFrom: start + 2_000, retiredAt: start + 2_000 }, start)).toEqual({})
  })

  it('counts what the log has as suspect, and measures nothing of it', () => {
    const marked = readings.slice(0, 3).map((each, i) => ({ ...each, suspect: i !== 1 }))
    const window = expectedWindow('rack', start, minute, marked, assets)
    const seen = [lixia, shizhong, '370000'].map(region => {
      const { readings, assets, kpis } = window.get(region)!
      return [readings, assets, kpis['datacenter.it_load_kw']]
    })
    expect(seen).toEqual([
      [2, 1, 5],
      [1, 0, null],
      [3, 1, 5],
    ])
  })

  const storedRight = () => ({
    windows: new Map(
      [start, start + minute].map(at => {
        const own = readings.filter(({ eventTime }) => eventTime >= at && eventTime < at + minute)
        return [at, new Map(expectedWindow('rack', at, minute, own, assets))] as const
      }),
    ),
    counts: new Map([
      [`${start}|${lixia}`, 2],
      [`${start}|${shizhong}`, 1],
      [`${start + minute}|${shizhong}`, 1],
      [`${start}|${shinan}`, 0],
    ]),
  })

  it('finds nothing where all is right', () => {
    const { compared, windows, differences } = compareWindows(accepted, storedRight())
    expect(differences).toEqual([])
    expect(windows).toBe(2)
    // 2 windows x 8 regions x (5 KPIs + 4 facts), and 4 counts
    expect(compared).toBe(148)
  })

  it('finds a wrong value, a missing region, a missing window, and what nobody sent', () => {
    const wrong = storedRight()
    const region = wrong.windows.get(start)!.get('370100')!
    wrong.windows.get(start)!.set('370100', {
      ...region,
      kpis: { ...region.kpis, 'datacenter.it_load_kw': 5.5001 },
    })
    expect(compareWindows(accepted, wrong).differences).toEqual([
      {
        kpi: 'datacenter.it_load_kw',
        region: '370100',
        windowStart: start,
        stored: 5.5001,
        expected: 5.5,
        readings: 3,
      },
    ])

    const silent = storedRight()
    silent.windows.get(start)!.delete(shinan)
    expect(compareWindows(accepted, silent).differences).toHaveLength(9)

    const lost = storedRight()
    lost.windows.delete(start + minute)
    lost.counts.delete(`${start + minute}|${shizhong}`)
    expect(compareWindows(accepted, lost).differences).toHaveLength(8 * 9 + 1)

    const invented = storedRight()
    invented.windows.set(start + 2 * minute, invented.windows.get(start)!)
    invented.counts.set(`${start + 2 * minute}|${lixia}`, 2)
    const found = compareWindows(accepted, invented).differences
    expect(found.map(({ kpi, region }) => `${kpi} ${region}`)).toEqual(
      expect.arrayContaining(['rack.readings 370000', `measures_rack.readings ${lixia}`]),
    )
    expect(new Set(found.map(({ windowStart }) => windowStart))).toEqual(new Set([start + 2 * minute]))
  })
})

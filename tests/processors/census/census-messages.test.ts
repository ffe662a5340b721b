import { describe, expect, it } from 'vitest'
import {
  type CensusResult,
  type CountyCensus,
  censusMessages,
  type StoredRegion,
  strangeCounties,
} from '../../../processors/census/census-messages.ts'
import type { RegionalMessage } from '../../../processors/regional/regional-message.ts'
import { regions } from '../../../schemas/regions/regions.ts'

const lixia = '370102'
const window = { start: 0, end: 60_000 }
const position = {
  below: new Map([
    [
      'radio_alarm',
      new Map([
        [0, 40],
        [1, 60],
      ]),
    ],
  ] as const),
  assets: new Map([[0, 7]]),
}

type Alarms = readonly [active: number, readings: number]

/** Three counties; 5 sites each. */
function found(alarms: Readonly<Record<string, Alarms>>): ReadonlyMap<string, CountyCensus> {
  return new Map(
    Object.entries(alarms).map(([county, [active, readings]]) => [
      county,
      { measures: [active, 5], readings },
    ]),
  )
}

const before = found({ [lixia]: [3, 30], 370103: [4, 40], 370202: [5, 50] })

function told(change: Partial<CensusResult> = {}): readonly RegionalMessage[] {
  return censusMessages({
    census: 'radio_census',
    window,
    counties: before,
    position,
    stored: new Map(),
    computedAt: 1_000,
    ...change,
  })
}

/** As view `kpi` has it after these messages. */
function storedAfter(messages: readonly RegionalMessage[], version = 90): Map<string, StoredRegion> {
  return new Map(
    messages.map(({ region, revision, readings, kpis }) => [region, { revision, version, readings, kpis }]),
  )
}

const by = (messages: readonly RegionalMessage[]) =>
  new Map(messages.map(message => [message.region, message]))

describe('the first time', () => {
  const messages = by(told())

  it('every region is told, with the sum of its counties', () => {
    expect(messages.size).toBe(regions.length)
    const active = (region: string) => messages.get(region)?.measures[0]
    expect(active(lixia)).toBe(3)
    expect(active('370100')).toBe(7)
    expect(active('circle-jiaodong')).toBe(5)
    expect(active('370000')).toBe(12)
    expect(active('370400')).toBe(0)
  })

  it('it is final, and says how much of the log it has seen', () => {
    expect(messages.get('370000')).toMatchObject({
      record: 'radio_census',
      status: 'final',
      revision: 1,
      version: 107,
      reason: null,
      late_readings: 0,
      readings: 120,
      coverage: null,
      window_start: 0,
      window_end: 60_000,
      computed_at: 1_000,
      lineage: [
        { partition: 0, from_offset: 0, through_offset: 40 },
        { partition: 1, from_offset: 0, through_offset: 60 },
      ],
    })
  })

  it('the province comes last', () => {
    expect(told().at(-1)?.region).toBe('370000')
  })

  it('a ratio without a denominator is null', () => {
    const [grid] = told({ census: 'grid_census', counties: new Map() })
    const ratio = grid?.kpis.find(({ kpi }) => kpi === 'grid.unmanned_coverage_pct')
    expect(ratio).toEqual({ kpi: 'grid.unmanned_coverage_pct', value: null, numerator: 0, denominator: 0 })
  })
})

describe('again', () => {
  const stored = storedAfter(told())

  it('nothing is said where nothing has changed, but for rounding', () => {
    expect(told({ stored })).toEqual([])
    const counties = new Map(
      [...before].map(
        ([county, { measures, readings }]) =>
          [county, { measures: measures.map(measure => measure * (1 + 1e-12)), readings }] as const,
      ),
    )
    expect(told({ stored, counties })).toEqual([])
  })

  it('a late alarm is a revision of its county and of what the county is part of', () => {
    const counties = new Map([...before, ...found({ [lixia]: [4, 32] })])
    const messages = told({ stored, counties })
    expect(messages.map(({ region }) => region)).toEqual([lixia, '370100', 'circle-shenghui', '370000'])
    for (const message of messages) {
      expect(message).toMatchObject({ status: 'corrected', revision: 2, reason: 'late', late_readings: 2 })
    }
    expect(messages[0]?.measures[0]).toBe(4)
    expect(messages.at(-1)?.measures[0]).toBe(13)
  })

  it('late alarms that leave the value as it was are a revision too', () => {
    const counties = new Map([...before, ...found({ [lixia]: [3, 32] })])
    expect(told({ stored, counties }).map(({ region }) => region)).toContain(lixia)
  })

  it('a revision that has seen as much stays, whatever this one found', () => {
    const counties = found({ [lixia]: [9, 99] })
    expect(told({ stored: storedAfter(told(), 107), counties })).toEqual([])
    expect(told({ stored: storedAfter(told(), 106), counties })).not.toEqual([])
  })

  it('a region of which nothing is stored is told as the first time', () => {
    const some = new Map([...stored].filter(([region]) => region !== '370000'))
    expect(told({ stored: some })).toMatchObject([{ region: '370000', status: 'final', revision: 1 }])
  })
})

it('names counties that do not exist', () => {
  expect(strangeCounties(new Map([...before, ...found({ 999999: [1, 1] })]))).toEqual(['999999'])
})

import { describe, expect, test } from 'vitest'
import { cellKey } from '../../../../api/client/stream-client.ts'
import { citiesUnder, feedCards, provinceCode } from '../../../../api/wallboard/state/catalogue.ts'
import type { Current } from '../../../../api/wallboard/state/cell-book.ts'
import { dataGaps } from '../../../../api/wallboard/state/data-gaps.ts'
import type { Cell } from '../../../../schemas/protocol/stream.ts'

const cities = citiesUnder(provinceCode)
const moment = { now: 70_000, speed: 1, loaded: true }
const minutes = 60_000

type Change = (feed: string, region: string) => Partial<Cell> | null
function gapsWhen(change: Change) {
  const currents = new Map<string, Current>()
  for (const { feed, anchor } of feedCards) {
    for (const { code } of cities) {
      const changes = change(feed, code)
      if (!changes) continue
      const cell: Cell = {
        kpi: anchor,
        region: code,
        window_start: 0,
        window_end: minutes,
        value: 50,
        status: 'final',
        revision: 1,
        version: 1,
        coverage: feed === 'grid' ? null : 1,
        readings: 9,
        event_time_max: 59_000,
        ...changes,
      }
      currents.set(cellKey(anchor, code), { cell, valueUntil: cell.value === null ? null : cell.window_end })
    }
  }
  return dataGaps(cities, key => currents.get(key), moment).map(({ feeds, regions, quality }) => ({
    feeds: feeds.join(' '),
    where: regions.length > 1 ? regions.length : regions[0]?.code,
    quality,
  }))
}

const old = { window_start: -10 * minutes, window_end: -9 * minutes }
const gone = { value: null, coverage: 0 }

describe('data gaps', () => {
  test('none when all is well', () => {
    expect(gapsWhen(() => ({}))).toEqual([])
  })

  test('a city that is out in all feeds is one line', () => {
    const gaps = gapsWhen((feed, region) => (region === '370600' && feed !== 'grid' ? gone : {}))
    expect(gaps).toEqual([{ feeds: 'radio datacenter parking', where: '370600', quality: 'missing' }])
  })

  test('a feed that stands still is one line, though one city lacks it altogether', () => {
    const gaps = gapsWhen((feed, region) => (feed !== 'datacenter' ? {} : region === '370600' ? gone : old))
    expect(gaps).toEqual([
      { feeds: 'datacenter', where: '370600', quality: 'missing' },
      { feeds: 'datacenter', where: 15, quality: 'old' },
    ])
  })

  test('where events are reported, one city’s silence is no gap', () => {
    expect(gapsWhen((feed, region) => (feed === 'grid' && region === '370600' ? old : {}))).toEqual([])
  })

  test('a feed that never came is missing everywhere', () => {
    expect(gapsWhen(feed => (feed === 'grid' ? null : {}))).toEqual([
      { feeds: 'grid', where: 16, quality: 'missing' },
    ])
  })

  test('thin coverage comes last', () => {
    const gaps = gapsWhen((feed, region) =>
      feed !== 'parking' ? {} : region === '371300' ? { coverage: 0.6 } : region === '370600' ? gone : {},
    )
    expect(gaps.map(({ quality }) => quality)).toEqual(['missing', 'unsure'])
  })
})

import { expect, test } from 'vitest'
import type { Item } from '../../../../ingest/simulator/feeds/feed.ts'
import {
  inspectionFeed,
  inspectionHistory,
  lastReport,
} from '../../../../ingest/simulator/feeds/inspections.ts'
import { linesOf } from '../../../../ingest/simulator/feeds/lines.ts'
import { provinceOf } from '../../../../ingest/simulator/province.ts'
import { cityCount, cityOfCounty } from '../cities.ts'

const province = provinceOf(1, 1)
const lines = linesOf(province)
const feed = inspectionFeed(province, lines)
const now = Date.parse('2026-11-22T06:00:00Z')
const day = 86_400_000

/** Distinct km of each line that the readings cover. */
function covered(items: readonly Item[]): Map<string, number> {
  const byLine = Map.groupBy(items, item => item.asset_id)
  return new Map(
    [...byLine].map(([line, own]) => {
      let reached = 0
      let km = 0
      for (const { from, to } of own
        .map(item => ({ from: Number(item.from_km), to: Number(item.to_km) }))
        .sort((a, b) => a.from - b.from)) {
        km += Math.max(0, to - Math.max(reached, from))
        reached = Math.max(reached, to)
      }
      return [line, km]
    }),
  )
}

/** Share of a selection of lines that was inspected unmanned. */
function unmannedShare(items: readonly Item[], of = lines): number {
  const km = covered(items.filter(item => item.method === 'unmanned'))
  const length = of.reduce((sum, line) => sum + line.lengthKm, 0)
  return of.reduce((sum, line) => sum + (km.get(line.id) ?? 0), 0) / length
}

test("the year's past covers 93 to 99 % of every city's lines", () => {
  const history = inspectionHistory(province, lines, now)
  expect(unmannedShare(history)).toBeGreaterThan(0.93)
  expect(unmannedShare(history)).toBeLessThan(0.99)
  for (let city = 0; city < cityCount; city++) {
    const own = lines.filter(({ county }) => cityOfCounty(county) === city)
    expect(unmannedShare(history, own)).toBeGreaterThan(0.93)
    expect(unmannedShare(history, own)).toBeLessThan(0.995)
  }
})

test('the past goes forward in time, ends before now, and repeats no identity', () => {
  const history = inspectionHistory(province, lines, now)
  const times = history.map(item => item.event_time)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times.at(-1)).toBeLessThan(now)
  expect(times[0]).toBeGreaterThan(Date.parse('2026-01-01T00:00:00+08:00'))
  expect(new Set(history.map(item => `${item.asset_id} ${item.event_time}`)).size).toBe(history.length)
  expect(inspectionHistory(province, lines, lastReport(now) + day - 60_000)).toEqual(history)
})

test('most lines were inspected within their month', () => {
  const history = inspectionHistory(province, lines, now)
  const recent = new Set(history.filter(item => item.event_time > now - 30 * day).map(item => item.asset_id))
  expect(recent.size / lines.length).toBeGreaterThan(0.93)
  expect(recent.size / lines.length).toBeLessThan(1)
})

test('a year that has just begun has no past', () => {
  expect(inspectionHistory(province, lines, Date.parse('2026-01-01T09:00:00+08:00'))).toEqual([])
})

function live(from: number, to: number): Item[] {
  const items: Item[] = []
  for (let crew = 0; crew < province.crews.size; crew++) {
    for (let t = from + feed.phaseMs(crew); t < to; t += feed.periodMs) {
      const item = feed.read(crew, t)
      if (item) items.push(item)
    }
  }
  return items
}

test('stretches lie within their line; drones stay out of what is closed to them', () => {
  const items = live(now, now + 2 * 3_600_000)
  const byId = new Map(lines.map(line => [line.id, line]))
  for (const item of items) {
    const line = byId.get(item.asset_id)!
    const [from, to] = [Number(item.from_km), Number(item.to_km)]
    expect(from).toBeGreaterThanOrEqual(0)
    expect(to).toBeGreaterThan(from)
    expect(to).toBeLessThanOrEqual(line.lengthKm + 0.001)
    const clear = to <= line.noFlyFromKm + 0.0011 || from >= line.noFlyToKm - 0.0011
    expect(clear).toBe(item.method === 'unmanned')
  }
  expect(new Set(items.map(item => item.asset_id.split('-')[1])).size).toBe(136)
})

test('drones fly by day, without a common pause; at night cameras look, less often', () => {
  const perMinute = (from: number) =>
    Array.from({ length: 30 }, (_, n) => live(from + n * 60_000, from + (n + 1) * 60_000).length)
  const byDay = perMinute(now)
  const byNight = perMinute(now + 12 * 3_600_000)
  expect(Math.min(...byDay)).toBeGreaterThan(180)
  expect(Math.max(...byNight)).toBeLessThan(110)
  expect(Math.min(...byNight)).toBeGreaterThan(30)
})

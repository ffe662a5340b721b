import { expect, test } from 'vitest'
import { defectsOf } from '../../../../ingest/simulator/feeds/defects.ts'
import type { Item } from '../../../../ingest/simulator/feeds/feed.ts'
import { linesOf } from '../../../../ingest/simulator/feeds/lines.ts'
import { provinceOf } from '../../../../ingest/simulator/province.ts'
import { identityOf } from '../../../identity.ts'

const province = provinceOf(1, 1)
const defects = defectsOf(province, linesOf(province))
const now = Date.parse('2026-11-22T06:00:00Z')
const hour = 3_600_000
const day = 24 * hour

function lastStates(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map(item => [String(item.defect_id), item]))
}

test('the past opens defects before it closes them, in order, each identity once', () => {
  const history = defects.history(now)
  const times = history.map(item => item.event_time)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  const identities = history.map(item => identityOf('grid_defect', item.asset_id, item.event_time, item))
  expect(new Set(identities).size).toBe(history.length)
  const moments = new Set(history.map(item => `${item.asset_id} ${item.event_time}`))
  expect(moments.size).toBeLessThan(history.length)
  const open = new Set<string>()
  for (const { defect_id, state, event_time, found_at, closed_at } of history) {
    expect(event_time).toBeLessThanOrEqual(now)
    expect(open.has(String(defect_id))).toBe(state === 'closed')
    open.add(String(defect_id))
    expect(Number(closed_at ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(Number(found_at))
  }
})

test('a few critical defects are open, most are closed on time', () => {
  let critical = 0
  const days = 60
  for (let n = 0; n < days; n++) {
    for (const item of lastStates(defects.history(now - n * day)).values()) {
      if (item.state === 'open' && item.grade === 'critical') critical++
    }
  }
  expect(critical / days).toBeGreaterThan(0.5)
  expect(critical / days).toBeLessThan(6)

  const limits = { critical: day, serious: 30 * day, general: 90 * day }
  let due = 0
  let onTime = 0
  for (const item of lastStates(defects.history(now)).values()) {
    const limit = limits[item.grade as keyof typeof limits]
    if (item.state === 'open' && now - Number(item.found_at) <= limit) continue
    due++
    if (item.state === 'closed' && Number(item.closed_at) - Number(item.found_at) <= limit) onTime++
  }
  expect(onTime / due).toBeGreaterThan(0.85)
  expect(onTime / due).toBeLessThan(0.98)
})

test('live reports go on where the past ended', () => {
  const later = now + 20 * day
  const states = lastStates(defects.history(now))
  for (const { item } of defects.between(now, later)) states.set(String(item.defect_id), item)
  const whole = lastStates(defects.history(later))
  expect(states.size).toBe(whole.size)
  for (const [id, item] of whole) expect(states.get(id)?.state).toBe(item.state)
})

test('some ten to twenty a day are found, by daylight', () => {
  const found = defects.between(now - 10 * day, now).filter(({ item }) => item.state === 'open')
  expect(found.length / 10).toBeGreaterThan(8)
  expect(found.length / 10).toBeLessThan(20)
})

test('after a stop the states of the last two weeks are told again, stamped now', () => {
  const told = defects.resynchronise(now)
  const states = lastStates(defects.history(now))
  expect(told.length).toBeGreaterThan(100)
  for (const { item } of told) {
    expect(states.get(String(item.defect_id))?.state).toBe(item.state)
    expect(now - item.event_time).toBeLessThan(10_000)
  }
})

import { expect, test } from 'vitest'
import { alarmsOf } from '../../../../ingest/simulator/feeds/alarms.ts'
import { provinceOf } from '../../../../ingest/simulator/province.ts'
import { identityOf } from '../../../identity.ts'

const start = Date.parse('2026-11-23T02:00:00Z')
const minute = 60_000
const hour = 60 * minute
const alarms = alarmsOf(provinceOf(1, 1))

test('each alarm is raised once and cleared 1 to 30 minutes later', () => {
  const events = alarms.raised(start, start + 6 * hour)
  const raised = events.filter(({ item }) => item.state === 'raised')
  const cleared = new Map(
    events.filter(({ item }) => item.state === 'cleared').map(({ item }) => [item.alarm_id, item]),
  )
  expect(new Set(raised.map(({ item }) => item.alarm_id)).size).toBe(raised.length)
  expect(cleared.size).toBe(raised.length)
  for (const { item } of raised) {
    const clear = cleared.get(item.alarm_id)!
    expect(clear.asset_id).toBe(item.asset_id)
    expect(clear.event_time - item.event_time).toBeGreaterThanOrEqual(minute)
    expect(clear.event_time - item.event_time).toBeLessThanOrEqual(30 * minute)
  }
})

test('no two reports share an identity, and some devices report two alarms in one millisecond', () => {
  const events = alarms.raised(start, start + 24 * hour)
  const identities = new Set(
    events.map(({ item }) => identityOf('radio_alarm', item.asset_id, item.event_time, item)),
  )
  expect(identities.size).toBe(events.length)
  const moments = new Set(events.map(({ item }) => `${item.asset_id} ${item.event_time}`))
  expect(moments.size).toBeLessThan(0.95 * events.length)
})

test('stretches of time may be cut anywhere', () => {
  const storm = stormStart()
  for (const from of [start, storm]) {
    const cuts = [0, 1, 250, 700, 1000, 5432, 21_000].map(offset => from + offset)
    const parts = cuts.slice(1).flatMap((to, index) => alarms.raised(cuts[index]!, to))
    const text = (events: readonly unknown[]) => events.map(event => JSON.stringify(event)).sort()
    expect(text(parts)).toEqual(text(alarms.raised(from, from + 21_000)))
  }
})

function perMinute(): number[] {
  return Array.from({ length: 24 * 60 }, (_, n) => {
    const from = start + n * minute
    return alarms.raised(from, from + minute).filter(({ item }) => item.state === 'raised').length
  })
}

function stormStart(): number {
  return start + minute * perMinute().findIndex(count => count > 100)
}

test('now and then there is a storm of hundreds in one county', () => {
  const counts = perMinute()
  const storms = counts.filter(count => count > 100)
  expect(storms.length).toBeGreaterThan(4)
  expect(storms.length).toBeLessThan(40)
  expect(Math.max(...counts)).toBeLessThan(500)
  const from = stormStart()
  const counties = Map.groupBy(alarms.raised(from, from + minute), ({ county }) => county)
  const largest = Math.max(...[...counties.values()].map(own => own.length))
  expect(largest).toBeGreaterThan(150)
})

test('severities are spread as documented', () => {
  const raised = alarms.raised(start, start + 24 * hour).filter(({ item }) => item.state === 'raised')
  const share = (severity: string) =>
    raised.filter(({ item }) => item.perceived_severity === severity).length / raised.length
  expect(share('CRITICAL')).toBeCloseTo(0.04, 1)
  expect(share('MAJOR')).toBeCloseTo(0.18, 1)
  expect(share('MINOR')).toBeCloseTo(0.38, 1)
})

test('after a stop of hours, no critical alarm of before is left standing', () => {
  const back = start + 20 * hour
  const told = new Set(alarms.resynchronise(back).map(({ item }) => item.alarm_id))
  for (const { item } of alarms.standing(back)) told.add(item.alarm_id)
  const before = alarms
    .raised(start - 2 * hour, start)
    .filter(({ item }) => item.perceived_severity === 'CRITICAL')
  expect(before.length).toBeGreaterThan(10)
  for (const { item } of before) expect(told).toContain(item.alarm_id)
})

test('a restart within minutes still clears what stands', () => {
  const stands = alarms
    .raised(start - 30 * minute, start)
    .filter(({ item }) => item.state === 'cleared' && item.event_time >= start)
  const events = alarms.standing(start)
  expect(events.map(({ item }) => item.alarm_id).sort()).toEqual(
    stands.map(({ item }) => item.alarm_id).sort(),
  )
})

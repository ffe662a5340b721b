import { expect, test } from 'vitest'
import { radioFeed } from '../../../ingest/simulator/feeds/radio.ts'
import { provinceOf } from '../../../ingest/simulator/province.ts'
import { scheduleOf } from '../../../ingest/simulator/schedule.ts'

const start = Date.parse('2026-11-23T02:00:00Z')

function due(from: number, to: number, scale = 0.2): { device: number; dueAt: number }[] {
  const visits: { device: number; dueAt: number }[] = []
  scheduleOf(radioFeed(provinceOf(1, scale))).due(from, to, (device, dueAt) => visits.push({ device, dueAt }))
  return visits
}

test('every device is due once a period, in order of time', () => {
  const visits = due(start, start + 10_000)
  const devices = visits.map(({ device }) => device).sort((a, b) => a - b)
  expect(devices).toEqual(devices.map((_, index) => index))
  expect(devices.length).toBe(provinceOf(1, 0.2).cells.size)
  const times = visits.map(({ dueAt }) => dueAt)
  expect(times).toEqual([...times].sort((a, b) => a - b))
})

test('cutting a stretch of time anywhere changes nothing', () => {
  const whole = due(start, start + 30_000)
  const cuts = [0, 1, 777, 1333, 9_999, 10_000, 10_001, 25_123, 30_000].map(offset => start + offset)
  const parts = cuts.slice(1).flatMap((to, index) => due(cuts[index]!, to))
  expect(parts).toEqual(whole)
})

test('counters arrive in a burst after the boundary: within 120 s of a quarter of an hour', () => {
  const visits = due(start, start + 900_000, 64)
  const last = visits.reduce((latest, { dueAt }) => Math.max(latest, dueAt - start), 0)
  expect(last).toBeLessThan(120_000)
  expect(last).toBeGreaterThan(119_000)
})

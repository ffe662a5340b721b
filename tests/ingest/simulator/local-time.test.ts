import { expect, test } from 'vitest'
import {
  daylight,
  dayOfYear,
  hourOfDay,
  hourOfWeek,
  startOfDay,
  startOfYear,
  week,
  weekly,
  yearOf,
} from '../../../ingest/simulator/local-time.ts'

// 2026-11-23 is a Monday.
const mondayMidnight = Date.parse('2026-11-23T00:00:00+08:00')
const hour = 3_600_000

test('hours and days are local', () => {
  expect(hourOfWeek(mondayMidnight)).toBe(0)
  expect(hourOfDay(mondayMidnight + 5.5 * hour)).toBe(5.5)
  expect(hourOfWeek(mondayMidnight - hour)).toBe(167)
  expect(startOfDay(mondayMidnight + 23 * hour)).toBe(mondayMidnight)
  expect(yearOf(Date.parse('2026-12-31T16:00:00Z'))).toBe(2027)
  expect(startOfYear(2027)).toBe(Date.parse('2026-12-31T16:00:00Z'))
  expect(dayOfYear(Date.parse('2026-02-01T00:00:00+08:00'))).toBe(31)
})

test('days are long in summer', () => {
  const length = (date: string) => {
    const { rise, set } = daylight(Date.parse(date))
    return set - rise
  }
  expect(length('2026-06-21T12:00:00+08:00')).toBeCloseTo(14.6, 0)
  expect(length('2026-12-21T12:00:00+08:00')).toBeCloseTo(9.8, 0)
})

test('a weekly curve meets its values in the middle of each hour and does not jump at midnight', () => {
  const hours = Array.from({ length: 24 }, (_, n) => n)
  const values = week(
    hours,
    hours.map(n => n + 100),
    hours.map(n => n + 200),
  )
  expect(weekly(values, mondayMidnight + 3.5 * hour)).toBe(3)
  expect(weekly(values, mondayMidnight + (5 * 24 + 3.5) * hour)).toBe(103)
  expect(weekly(values, mondayMidnight)).toBe((223 + 0) / 2)
  expect(weekly(values, mondayMidnight + 4 * hour)).toBe(3.5)
})

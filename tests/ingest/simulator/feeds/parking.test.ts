import { expect, test } from 'vitest'
import { parkingCalibration } from '../../../../ingest/simulator/calibration.ts'
import type { Item } from '../../../../ingest/simulator/feeds/feed.ts'
import { lotCommissionedAt, parkingFeed } from '../../../../ingest/simulator/feeds/parking.ts'
import { countyOf, provinceOf, withinCounty } from '../../../../ingest/simulator/province.ts'

const monday = Date.parse('2026-11-23T00:00:00+08:00')
const hour = 3_600_000
const province = provinceOf(1, 1)
const feed = parkingFeed(province)
const period = feed.periodMs

function readings(t: number): Item[] {
  return Array.from({ length: province.lots.size }, (_, lot) => feed.read(lot, t)).filter(
    item => item !== null,
  )
}

/** Mean of the car parks' occupancies. */
function occupancy(t: number): number {
  const shares = readings(t).map(item => Number(item.occupied) / Number(item.capacity))
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

test('occupancy follows the hour as it does in real car parks', () => {
  for (const hourOfDay of [3, 8, 13, 18, 22]) {
    const real = parkingCalibration.occupancyWorkday[hourOfDay]!
    expect(Math.abs(occupancy(monday + (hourOfDay + 0.5) * hour) - real)).toBeLessThan(0.08)
  }
  const saturday = occupancy(monday + (5 * 24 + 15) * hour)
  const sunday = occupancy(monday + (6 * 24 + 15) * hour)
  expect(saturday).toBeGreaterThan(sunday + 0.1)
})

test('sizes are those of real car parks', () => {
  const sizes = readings(monday)
    .map(item => Number(item.capacity))
    .sort((a, b) => a - b)
  expect(sizes[Math.floor(sizes.length / 2)]).toBeGreaterThan(200)
  expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(290)
  expect(sizes[0]).toBeGreaterThanOrEqual(21)
})

test('entries and exits account for every change of the occupancy', () => {
  for (const lot of [0, 100, 400]) {
    let before = feed.read(lot, monday + 8 * hour)
    for (let t = monday + 8 * hour + period; t < monday + 11 * hour; t += period) {
      const now = feed.read(lot, t)
      expect(Number(now?.occupied) - Number(before?.occupied)).toBe(Number(now?.entries) - Number(now?.exits))
      before = now
    }
  }
})

test('a space turns over one and a half to four times on a working day', () => {
  let exits = 0
  let spaces = 0
  for (let lot = 0; lot < province.lots.size; lot += 25) {
    spaces += Number(feed.read(lot, monday)?.capacity ?? 0)
    for (let t = monday; t < monday + 24 * hour; t += period) exits += Number(feed.read(lot, t)?.exits ?? 0)
  }
  expect(exits / spaces).toBeGreaterThan(1.5)
  expect(exits / spaces).toBeLessThan(4)
})

test('a car park changes smoothly', () => {
  for (let t = monday + 8 * hour; t < monday + 9 * hour; t += period) {
    const now = feed.read(7, t)
    const change = Number(feed.read(7, t + period)?.occupied) - Number(now?.occupied)
    expect(Math.abs(change)).toBeLessThanOrEqual(1 + 0.01 * Number(now?.capacity))
  }
})

test('some car parks join later; they are silent until then, and every county has one from the start', () => {
  const joined = Array.from({ length: province.lots.size }, (_, lot) => lotCommissionedAt(province, lot))
  const later = joined.filter(time => time > monday)
  expect(later.length).toBeGreaterThan(10)
  expect(readings(monday).length).toBe(joined.length - later.length)
  joined.forEach((time, lot) => {
    if (withinCounty(province.lots, lot) === 0) expect(time).toBeLessThan(Date.parse('2025-01-01'))
    expect(countyOf(province.lots, lot)).toBeLessThan(136)
  })
})

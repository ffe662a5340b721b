import { expect, test } from 'vitest'
import { radioFeed } from '../../../../ingest/simulator/feeds/radio.ts'
import { countIn, countyOf, provinceOf } from '../../../../ingest/simulator/province.ts'
import { cityCount, cityOfCounty } from '../cities.ts'

const monday = Date.parse('2026-11-23T00:00:00+08:00')
const hour = 3_600_000
const province = provinceOf(1, 1)
const feed = radioFeed(province)

interface Sums {
  [field: string]: number
}

/** Sums of the counters over every n-th cell about once an hour, at all minutes, from `from` to `to`. */
function sums(from: number, to: number, keep: (cell: number) => boolean = cell => cell % 7 === 0): Sums {
  const total: Sums = {}
  for (let t = from; t < to; t += hour + 70_000) {
    for (let cell = 0; cell < province.cells.size; cell++) {
      if (!keep(cell)) continue
      for (const [name, value] of Object.entries(feed.read(cell, t) ?? {})) {
        if (typeof value === 'number') total[name] = (total[name] ?? 0) + value
      }
    }
  }
  return total
}

const accessibility = (s: Sums) =>
  100 *
  (s.rrc_estab_succ! / s.rrc_estab_att!) *
  (s.uectx_estab_succ! / s.uectx_estab_att!) *
  (s.drb_estab_succ! / s.drb_estab_att!)

test('a week of cells has the values of a working network', () => {
  const s = sums(monday, monday + 7 * 24 * hour)
  expect(accessibility(s)).toBeGreaterThan(99.4)
  expect(accessibility(s)).toBeLessThan(99.8)
  const handover = 100 * (s.ho_prep_succ! / s.ho_prep_att!) * (s.ho_exec_succ! / s.ho_exec_att!)
  expect(handover).toBeGreaterThan(97.3)
  expect(handover).toBeLessThan(98.6)
  const availability = 100 * (1 - s.unavailable_s! / s.period_s!)
  expect(availability).toBeGreaterThan(99.7)
  expect(availability).toBeLessThan(99.99)
  // Mean load of the calibration set: 0.239.
  expect(s.prb_used_dl! / s.prb_avail_dl!).toBeCloseTo(0.24, 1)
  const watts = (s.energy_kwh! * 3.6e6) / s.period_s!
  expect(watts).toBeGreaterThan(400)
  expect(watts).toBeLessThan(700)
})

test('load follows the hour: busy evenings, quiet nights', () => {
  const load = (s: Sums) => s.prb_used_dl! / s.prb_avail_dl!
  const evening = load(sums(monday + 19 * hour, monday + 20 * hour))
  const night = load(sums(monday + 5 * hour, monday + 6 * hour))
  expect(evening / night).toBeGreaterThan(3.5)
  expect(evening / night).toBeLessThan(8)
})

test('cities differ by more than a window of ten seconds wavers', () => {
  const byCity = Array.from({ length: cityCount }, (_, city) => {
    const keep = (cell: number) => cityOfCounty(countyOf(province.cells, cell)) === city
    return [0, 10_000, 20_000].map(offset =>
      accessibility(sums(monday + 20 * hour + offset, monday + 20 * hour + offset + 1, keep)),
    )
  })
  const between = byCity.map(([first]) => first!)
  expect(Math.min(...between)).toBeGreaterThan(99)
  expect(Math.max(...between)).toBeLessThan(99.95)
  const spread = Math.max(...between) - Math.min(...between)
  const wavering = byCity.map(values => Math.max(...values) - Math.min(...values))
  wavering.sort((a, b) => a - b)
  expect(spread).toBeGreaterThan(3 * wavering[Math.floor(cityCount / 2)]!)
})

test('a cell changes smoothly', () => {
  for (let t = monday + 9 * hour; t < monday + 10 * hour; t += 10_000) {
    const now = Number(feed.read(10, t)?.prb_used_dl)
    const next = Number(feed.read(10, t + 10_000)?.prb_used_dl)
    expect(Math.abs(next - now)).toBeLessThan(0.02 * 273)
  }
})

test('a reading is a pure function of cell and time; ids are numbered within counties', () => {
  expect(radioFeed(provinceOf(1, 1)).read(99, monday)).toEqual(feed.read(99, monday))
  expect(radioFeed(provinceOf(2, 1)).read(99, monday)).not.toEqual(feed.read(99, monday))
  expect(feed.read(0, monday)?.asset_id).toBe('cell-370102-00001-1')
  expect(feed.read(countIn(province.cells, 0), monday)?.asset_id).toBe('cell-370103-00001-1')
})

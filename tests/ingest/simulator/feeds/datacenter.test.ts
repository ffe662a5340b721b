import { expect, test } from 'vitest'
import { facilityFeed, outdoorC, pueOf, rackFeed } from '../../../../ingest/simulator/feeds/datacenter.ts'
import { countyOf, provinceOf } from '../../../../ingest/simulator/province.ts'
import { cityCount, cityOfCounty } from '../cities.ts'

const day = 86_400_000
const hour = 3_600_000
const newYear = Date.parse('2026-01-01T00:00:00+08:00')
const province = provinceOf(1, 1)
const racks = rackFeed(province)
const facilities = facilityFeed(province)

test('a week of racks: two thirds in use, inlets mostly 20 to 26 °C, a few hot spots', () => {
  let inUse = 0
  let readings = 0
  let mild = 0
  let hottest = 0
  for (let t = newYear; t < newYear + 7 * day; t += 6 * hour) {
    for (let rack = 0; rack < province.racks.size; rack += 3) {
      const reading = racks.read(rack, t)
      const inlet = Number(reading?.inlet_temp_c)
      const watts = Number(reading?.it_power_w)
      readings++
      if (reading?.in_use) {
        inUse++
        expect(watts).toBeGreaterThan(1200)
        expect(watts).toBeLessThan(12_000)
      } else expect(watts).toBeLessThan(160)
      if (inlet >= 20 && inlet <= 26) mild++
      hottest = Math.max(hottest, inlet)
      expect(inlet).toBeGreaterThan(17)
    }
  }
  expect(inUse / readings).toBeGreaterThan(0.6)
  expect(inUse / readings).toBeLessThan(0.7)
  expect(mild / readings).toBeGreaterThan(0.9)
  expect(hottest).toBeGreaterThan(27)
  expect(hottest).toBeLessThan(35)
})

test('PUE lies between 1.18 and 1.45, near 1.27 over the year, higher in summer', () => {
  const pue = pueOf(province)
  const mean = (from: number, to: number): number => {
    let sum = 0
    let count = 0
    for (let t = from; t < to; t += 5 * day + 7 * hour) {
      for (let facility = 0; facility < province.facilities.size; facility++) {
        const value = pue(facility, t)
        expect(value).toBeGreaterThan(1.17)
        expect(value).toBeLessThan(1.45)
        sum += value
        count++
      }
    }
    return sum / count
  }
  const year = mean(newYear, newYear + 365 * day)
  expect(year).toBeGreaterThan(1.25)
  expect(year).toBeLessThan(1.29)
  const winter = mean(newYear, newYear + 40 * day)
  const summer = mean(newYear + 180 * day, newYear + 220 * day)
  expect(summer - winter).toBeGreaterThan(0.05)
})

test('a facility accounts for its energy', () => {
  for (let facility = 0; facility < province.facilities.size; facility++) {
    const reading = facilities.read(facility, newYear + 12 * hour)
    const [total, it, cooling] = [
      Number(reading?.total_energy_kwh),
      Number(reading?.it_energy_kwh),
      Number(reading?.cooling_energy_kwh),
    ]
    expect(total - it - cooling).toBeCloseTo(0.06 * it, 4)
    expect(cooling).toBeGreaterThan(0)
  }
})

test('the facilities meter about what the racks draw', () => {
  const t = newYear + 15 * hour
  let racksW = 0
  for (let rack = 0; rack < province.racks.size; rack++) racksW += Number(racks.read(rack, t)?.it_power_w)
  let facilitiesW = 0
  for (let facility = 0; facility < province.facilities.size; facility++) {
    facilitiesW += (Number(facilities.read(facility, t)?.it_energy_kwh) * 3.6e6) / 10
  }
  expect(Math.abs(facilitiesW / racksW - 1)).toBeLessThan(0.08)
})

test('cities differ in PUE by more than they waver in a minute', () => {
  const pue = pueOf(province)
  const t = newYear + 100 * day
  const cityMean = (city: number, at: number) => {
    const own = Array.from({ length: province.facilities.size }, (_, n) => n).filter(
      n => cityOfCounty(countyOf(province.facilities, n)) === city,
    )
    return own.reduce((sum, n) => sum + pue(n, at), 0) / own.length
  }
  const now = Array.from({ length: cityCount }, (_, city) => cityMean(city, t))
  const later = Array.from({ length: cityCount }, (_, city) => cityMean(city, t + 60_000))
  const wavering = Math.max(...now.map((value, city) => Math.abs(value - later[city]!)))
  expect(Math.max(...now) - Math.min(...now)).toBeGreaterThan(0.03)
  expect(wavering).toBeLessThan(0.001)
})

test('the year has seasons', () => {
  const noon = (date: string) => outdoorC(1, Date.parse(`${date}T12:00:00+08:00`))
  expect(noon('2026-07-15')).toBeGreaterThan(22)
  expect(noon('2026-01-15')).toBeLessThan(8)
})

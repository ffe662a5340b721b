import { serverCalibration as calibration } from '../calibration.ts'
import { dayOfYear, hourMs, hourOfDay, weekly } from '../local-time.ts'
import {
  countIn,
  countyCode,
  countyOf,
  countyTraits,
  type Population,
  type Province,
  withinCounty,
} from '../province.ts'
import { signed, smooth, split, uniform } from '../random.ts'
import type { PeriodicFeed } from './feed.ts'

const dayMs = 24 * hourMs
/** Power of a rack in use at mean load, W: assumed, 2.5 to 8 kW. */
const leastRackW = 2500
const mostRackW = 8000
/** Lights, transformers, UPS losses over IT energy: assumed. */
const fixedOverhead = 0.06
const leastPue = 1.18

const facilityKey = (seed: number) => split(seed, 'facility')

/** Hour and day of the week of server power, calibrated; Monday first. */
function serverWeek(): Float64Array {
  return Float64Array.from(calibration.day.flatMap(day => calibration.hour.map(hour => day * hour)))
}

/**
 * Outdoor temperature, °C: a yearly wave around 13.5 with an amplitude of 13.5 (Jinan's monthly means, from general
 * knowledge), a daily one of 4, and weather.
 */
export function outdoorC(seed: number, t: number): number {
  const yearly = -13.5 * Math.cos((2 * Math.PI * (dayOfYear(t) - 17)) / 365.25)
  const daily = 4 * Math.cos((2 * Math.PI * (hourOfDay(t) - 15)) / 24)
  return 13.5 + yearly + daily + 3 * smooth(split(seed, 'weather'), 0, t, 4 * dayMs)
}

/**
 * PUE of a facility at `t`: 1 + (yearly mean - 1) × (1 + 0.011 / °C × (outdoor - 14 °C)), not below 1.18.
 * Yearly means lie between 1.225 and 1.335 around 1.27, by city and facility; the slope is assumed (compressor cooling
 * with partial free cooling). ISO/IEC 30134-2 names the ratio, not its course.
 */
export function pueOf(province: Province): (facility: number, t: number) => number {
  const { seed, facilities } = province
  const key = facilityKey(seed)
  const trait = countyTraits(seed, 'pue')
  return (facility, t) => {
    const county = countyOf(facilities, facility)
    const mean = 1.28 + 0.045 * (trait[county] ?? 0) + 0.01 * signed(key, facility, 1)
    const season = 1 + 0.011 * (outdoorC(seed, t) - 14)
    return Math.max(leastPue, 1 + (mean - 1) * season) + 0.004 * smooth(key, facility, t, 2 * hourMs)
  }
}

/** Share of a county's racks that is in use, between 0.58 and 0.7; it moves over months. */
function useShareOf(seed: number): (county: number, t: number) => number {
  const trait = countyTraits(seed, 'racks in use')
  const key = split(seed, 'customers')
  return (county, t) => 0.65 + 0.05 * (trait[county] ?? 0) + 0.01 * smooth(key, county, t, 60 * dayMs)
}

/** One rack: power by use and hour, inlet mostly 20 to 26 °C with a few hot spots. */
export function rackFeed(province: Province): PeriodicFeed {
  const { seed, racks } = province
  const key = split(seed, 'rack')
  const power = split(key, 'power')
  const air = split(key, 'air')
  const phase = split(key, 'phase')
  const supply = countyTraits(seed, 'supply air')
  const useShare = useShareOf(seed)
  const shape = serverWeek()
  const periodMs = province.scale.periodS.rack * 1000
  return {
    record: 'rack',
    feed: 'datacenter',
    population: racks,
    periodMs,
    stamp: 'moment',
    phaseMs: rack => Math.floor(uniform(phase, rack) * periodMs),
    read(rack, t) {
      const county = countyOf(racks, rack)
      const inUse = uniform(key, rack) < useShare(county, t)
      const nominal = leastRackW + (mostRackW - leastRackW) * uniform(power, rack)
      // Spread of a smooth curve is about 0.5 of its range.
      const swing = 1 + 1.6 * calibration.spread * smooth(power, rack, t, 45 * 60_000)
      const watts = inUse ? nominal * weekly(shape, t) * swing : 40 + 110 * uniform(power, rack, 1)
      const hotSpot = uniform(air, rack, 1) < 0.015 ? 4 + 3.5 * uniform(air, rack, 2) : 0
      const day = 0.5 * Math.cos((2 * Math.PI * (hourOfDay(t) - 16)) / 24)
      const wander = 0.4 * smooth(air, rack, t, 30 * 60_000)
      const inlet =
        23 + 1.2 * (supply[county] ?? 0) + 1.2 * signed(air, rack) + day + wander + (inUse ? hotSpot : 0)
      return {
        asset_id: rackId(province, rack),
        event_time: t,
        it_power_w: Math.round(watts),
        inlet_temp_c: Math.round(inlet * 10) / 10,
        humidity_pct:
          Math.round(10 * (48 + 6 * signed(air, rack, 3) + 4 * smooth(air, county, t, 6 * hourMs))) / 10,
        in_use: inUse,
      }
    },
  }
}

/** One facility: energies of its period, metered at the end of the UPS, so near but not equal to its racks' sum. */
export function facilityFeed(province: Province): PeriodicFeed {
  const { seed, facilities, racks } = province
  const key = facilityKey(seed)
  const useShare = useShareOf(seed)
  const pue = pueOf(province)
  const shape = serverWeek()
  const periodS = province.scale.periodS.facility
  const periodMs = periodS * 1000
  return {
    record: 'facility',
    feed: 'datacenter',
    population: facilities,
    periodMs,
    stamp: 'moment',
    phaseMs: facility => Math.floor(uniform(key, facility, 2) * periodMs),
    read(facility, t) {
      const county = countyOf(facilities, facility)
      const housed = countIn(racks, county) / countIn(facilities, county)
      const meanW = (leastRackW + mostRackW) / 2
      const swing = 1 + 0.04 * smooth(key, facility, t, 90 * 60_000)
      const itKwh = (housed * useShare(county, t) * meanW * weekly(shape, t) * swing * periodS) / 3.6e6
      const ratio = pue(facility, t)
      return {
        asset_id: facilityId(province, facility),
        event_time: t,
        period_s: periodS,
        total_energy_kwh: milliwattHours(itKwh * ratio),
        it_energy_kwh: milliwattHours(itKwh),
        cooling_energy_kwh: milliwattHours(itKwh * (ratio - 1 - fixedOverhead)),
      }
    },
  }
}

/** To a milliwatt-hour: what a meter counts. */
function milliwattHours(kwh: number): number {
  return Math.round(kwh * 1e6) / 1e6
}

/** `dc-370102-01`: numbered within its county. */
export function facilityId({ facilities }: Province, facility: number): string {
  return idIn(facilities, facility, 'dc', 2)
}

/** `rack-370102-00012`: numbered within its county. */
export function rackId({ racks }: Province, rack: number): string {
  return idIn(racks, rack, 'rack', 5)
}

function idIn(population: Population, asset: number, prefix: string, digits: number): string {
  const number = String(withinCounty(population, asset) + 1).padStart(digits, '0')
  return `${prefix}-${countyCode(countyOf(population, asset))}-${number}`
}

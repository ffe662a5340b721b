import { parkingCalibration as calibration, quantile } from '../calibration.ts'
import { dayMs, hourMs, hourOfDay, startOfYear, week, weekly } from '../local-time.ts'
import { countyCode, countyOf, countyTraits, type Province, withinCounty } from '../province.ts'
import { roundedAt, smooth, split, uniform } from '../random.ts'
import type { PeriodicFeed } from './feed.ts'

/**
 * Exits per calibrated exit: gate counts over changes of the free count, which hide those that entries make up for.
 * Assumed, so that a space turns over two to three times on a working day.
 */
const exitsPerSeenExit = 4
/** Car parks added to the system from 2025 on, evenly over five years; all others were there before. */
const laterShare = 0.1
const laterFrom = startOfYear(2025)
const laterYears = 5

const logit = (p: number) => Math.log(p / (1 - p))
const meanOccupancy = logit(0.43)

/** One car park: occupancy by hour and weekday, entries and exits that account for every change of it. */
export function parkingFeed(province: Province): PeriodicFeed {
  const { seed, lots } = province
  const key = split(seed, 'parking')
  const keys = {
    mean: split(key, 'mean'),
    slow: split(key, 'slow'),
    fast: split(key, 'fast'),
    gates: split(key, 'gates'),
    phase: split(key, 'phase'),
    hours: split(key, 'hours'),
    unknown: split(key, 'unknown'),
  }
  const popular = countyTraits(seed, 'parking')
  const occupancy = week(
    calibration.occupancyWorkday,
    calibration.occupancySaturday,
    calibration.occupancySunday,
  )
  const exits = week(calibration.exitsWorkday, calibration.exitsSaturday, calibration.exitsSunday)
  const periodMs = province.scale.periodS.parking * 1000

  const occupiedAt = (lot: number, capacity: number, t: number): number => {
    const own = logit(quantile(calibration.lotOccupancy, uniform(keys.mean, lot))) - meanOccupancy
    const city = 0.4 * (popular[countyOf(lots, lot)] ?? 0)
    const noise = 0.3 * smooth(keys.slow, lot, t, 50 * 60_000) + 0.05 * smooth(keys.fast, lot, t, 6 * 60_000)
    const share = 1 / (1 + Math.exp(-(logit(weekly(occupancy, t)) + own + city + noise)))
    return Math.round(capacity * share)
  }

  return {
    record: 'parking',
    feed: 'parking',
    population: lots,
    periodMs,
    stamp: 'moment',
    phaseMs: lot => Math.floor(uniform(keys.phase, lot) * periodMs),
    read(lot, t) {
      if (lotCommissionedAt(province, lot) > t) return null
      const capacity = lotCapacity(province, lot)
      const occupied = occupiedAt(lot, capacity, t)
      const change = occupied - occupiedAt(lot, capacity, t - periodMs)
      const hour = hourOfDay(t)
      const shut = (hour >= 23 || hour < 6) && uniform(keys.hours, lot) < 0.06
      const passing = weekly(exits, t) * exitsPerSeenExit * capacity * (periodMs / hourMs)
      const through = shut ? 0 : roundedAt(passing, uniform(keys.gates, lot, Math.floor(t / periodMs)))
      const silentGate = uniform(keys.unknown, lot, Math.floor(t / hourMs)) < 0.005
      return {
        asset_id: lotId(province, lot),
        event_time: t,
        status: shut ? 'closed' : silentGate ? 'unknown' : 'open',
        capacity,
        occupied,
        entries: through + Math.max(0, change),
        exits: through + Math.max(0, -change),
      }
    },
  }
}

/** Spaces of a car park, distributed as in the calibration. */
export function lotCapacity({ seed }: Province, lot: number): number {
  return Math.round(quantile(calibration.capacity, uniform(split(seed, 'lot capacity'), lot)))
}

/** The first car park of a county has always been there. */
export function lotCommissionedAt({ seed, lots }: Province, lot: number): number {
  const key = split(seed, 'lot commissioned')
  const later = withinCounty(lots, lot) > 0 && uniform(key, lot) < laterShare
  const days = later ? laterYears * 365.25 * uniform(key, lot, 1) : -5 * 365 * uniform(key, lot, 2)
  return Math.floor(laterFrom + days * dayMs)
}

/** `lot-370102-0003`: numbered within its county. */
export function lotId({ lots }: Province, lot: number): string {
  return `lot-${countyCode(countyOf(lots, lot))}-${String(withinCounty(lots, lot) + 1).padStart(4, '0')}`
}

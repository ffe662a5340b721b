import { daylight, dayMs, hourOfDay, startOfDay, startOfYear, yearOf } from '../local-time.ts'
import { countIn, countyOf, type Province, withinCounty } from '../province.ts'
import { hash, split, uniform } from '../random.ts'
import type { Item, PeriodicFeed } from './feed.ts'
import { type Line, metres } from './lines.ts'

/** A crew reports the stretch it has just covered, s. */
const reportS = 30
const sortieMs = 30 * 60_000
/** Of each sortie, the first part is flown; then batteries are changed and the crew moves on. */
const flownShare = 0.8
/** Drone 9 m/s, people 1.2 m/s, fixed cameras at night one span of 0.1 km each time: assumed. */
const droneKm = (9 * reportS) / 1000
const walkKm = (1.2 * reportS) / 1000
const cameraKm = 0.1
/** At night fixed cameras report every fourth time. */
const cameraEvery = 4
const mannedShare = 0.05
/** Daily reports of the past are handed in at this local hour. */
const reportHour = 17

/**
 * Inspection crews: drones fly from sunrise to sunset, half-hour sorties on lines of their county, long lines more
 * often; some crews walk the stretches closed to drones; fixed cameras look at some spans at night.
 */
export function inspectionFeed(province: Province, lines: readonly Line[]): PeriodicFeed {
  const { crews } = province
  const key = split(province.seed, 'crews')
  const periodMs = reportS * 1000
  return {
    record: 'grid_inspection',
    feed: 'grid',
    population: crews,
    periodMs,
    stamp: 'moment',
    phaseMs: crew => Math.floor(uniform(key, crew) * periodMs),
    read(crew, t) {
      // Crews do not change batteries all at once.
      const at = t + Math.floor(uniform(key, crew, 1) * sortieMs)
      const sortie = Math.floor(at / sortieMs)
      const dice = hash(key, crew, sortie)
      const line = chosen(lines, province, countyOf(crews, crew), uniform(dice, 1))
      if (!line) return null
      const step = Math.floor((at - sortie * sortieMs) / periodMs)
      const { rise, set } = daylight(t)
      const hour = hourOfDay(t)
      if (hour < rise || hour >= set) {
        if ((step + withinCounty(crews, crew)) % cameraEvery !== 0) return null
        const stretch = flown(line, cameraKm, hash(dice, step))
        return stretch && item(line, t, 'unmanned', stretch, 1)
      }
      if (step * periodMs >= flownShare * sortieMs) return null
      if (uniform(dice, 2) < mannedShare) {
        return item(line, t, 'manned', walked(line, step), 1)
      }
      const steps = Math.ceil((line.lengthKm - line.noFlyToKm + line.noFlyFromKm) / droneKm)
      // There and back again when the line is short.
      const turn = (Math.floor(uniform(dice, 3) * steps) + step) % (2 * steps)
      const stretch = flown(line, droneKm, turn < steps ? turn : 2 * steps - 1 - turn)
      return stretch && item(line, t, 'unmanned', stretch, 2 + (hash(dice, step) % 5))
    },
  }
}

/** A line of the county, in proportion to length. */
function chosen(lines: readonly Line[], province: Province, county: number, u: number): Line | undefined {
  const first = province.lines.offsets[county] ?? 0
  const own = lines.slice(first, first + countIn(province.lines, county))
  let rest = u * own.reduce((sum, line) => sum + line.lengthKm, 0)
  for (const line of own) {
    rest -= line.lengthKm
    if (rest < 0) return line
  }
  return own[0]
}

type Stretch = readonly [number, number]

/** The `step`-th stretch of `km` along the part of a line that drones may fly; null where nothing of it is left. */
function flown(line: Line, km: number, step: number): Stretch | null {
  const before = line.noFlyFromKm
  const open = line.lengthKm - line.noFlyToKm + before
  const start = (step % Math.ceil(open / km)) * km
  const end = Math.min(open, start + km)
  const gap = line.noFlyToKm - before
  // A stretch that would cross the closed part ends where it begins.
  const stretch: Stretch = start < before ? [start, Math.min(end, before)] : [start + gap, end + gap]
  return stretch[1] - stretch[0] >= 0.001 ? stretch : null
}

function walked(line: Line, step: number): Stretch {
  const length = line.noFlyToKm - line.noFlyFromKm
  const steps = Math.max(1, Math.ceil(length / walkKm))
  const start = line.noFlyFromKm + (step % steps) * walkKm
  return [start, Math.min(line.noFlyToKm, start + walkKm)]
}

function item(line: Line, t: number, method: string, [from, to]: Stretch, images: number): Item {
  return { asset_id: line.id, event_time: t, method, from_km: metres(from), to_km: metres(to), images }
}

/** The last time before `t` at which daily reports were handed in; they take some seconds. */
export function lastReport(t: number): number {
  const today = startOfDay(t) + (reportHour / 24) * dayMs
  return today + 10_000 < t ? today : today - dayMs
}

/**
 * The year's inspections up to `now`, in order of event_time, all at the hour of daily reports: each line flown
 * twice over all of what drones may fly, the last time within its inspection period (but for some 3 % of lines, which
 * are overdue), and walked once where they may not. None before the first report of the year.
 * Equal for any two `now` between the same two daily reports.
 */
export function inspectionHistory(province: Province, lines: readonly Line[], now: number): readonly Item[] {
  const key = split(province.seed, 'inspection history')
  const last = lastReport(now)
  const days = Math.floor((last - startOfYear(yearOf(now))) / dayMs) + 1
  if (days < 1) return []
  const items: Item[] = []
  lines.forEach((line, index) => {
    let part = 0
    const report = (daysAgo: number, method: string, stretch: Stretch) => {
      if (stretch[1] - stretch[0] < 0.001) return
      const at = last - Math.floor(daysAgo) * dayMs + (index % 1000) * 8 + part++
      const images = Math.ceil((stretch[1] - stretch[0]) * (method === 'manned' ? 3 : 12))
      items.push(item(line, at, method, stretch, images))
    }
    const overdue = uniform(key, index) < 0.03
    const longAgo = uniform(key, index, 1) * days
    const lately = uniform(key, index, 2) * Math.min(28, days)
    for (const daysAgo of [overdue ? Math.min(days - 1, 31 + longAgo * 0.1) : lately, longAgo]) {
      report(daysAgo, 'unmanned', [0, line.noFlyFromKm])
      report(daysAgo, 'unmanned', [line.noFlyToKm, line.lengthKm])
    }
    report(uniform(key, index, 3) * days, 'manned', [line.noFlyFromKm, line.noFlyToKm])
  })
  return items.sort((a, b) => a.event_time - b.event_time)
}

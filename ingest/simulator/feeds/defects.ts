import { daylight, dayMs, hourMs, startOfDay, startOfYear, yearOf } from '../local-time.ts'
import type { Province } from '../province.ts'
import { split, uniform } from '../random.ts'
import type { FeedEvent, Item } from './feed.ts'
import { lastReport } from './inspections.ts'
import type { Line } from './lines.ts'

/** Found a year per 100 km: assumed; gives some 5,000 a year. */
const perHundredKm = 22
/**
 * Grades with the share up to and including each, the deadline, the share closed in time, and by how much the others
 * overrun it at most: assumed (DL/T 741 has the grades; deadlines as in the KPI of closing on time).
 */
const grades = [
  { grade: 'critical', share: 0.08, deadlineMs: dayMs, inTime: 0.8, overrun: 7 },
  { grade: 'serious', share: 0.3, deadlineMs: 30 * dayMs, inTime: 0.93, overrun: 0.8 },
  { grade: 'general', share: 1, deadlineMs: 90 * dayMs, inTime: 0.96, overrun: 0.5 },
] as const
type Grade = (typeof grades)[number]

interface Defect {
  readonly id: string
  readonly line: Line
  readonly grade: Grade['grade']
  readonly foundAt: number
  readonly closedAt: number
}

export interface Defects {
  /** Found or closed in [from, to), in order of time. */
  between(from: number, to: number): readonly FeedEvent[]
  /**
   * This year's up to `now`, in order of event_time: reported with the day's report, those of the running day at their
   * own time.
   */
  history(now: number): readonly Item[]
  /** The state, stamped `now`, of every defect found or closed in the last two weeks: what a stop may have hidden. */
  resynchronise(now: number): readonly FeedEvent[]
}

/** Defects are found by daylight and closed within, or sometimes after, their deadline. */
export function defectsOf(province: Province, lines: readonly Line[]): Defects {
  const key = split(province.seed, 'defects')
  const years = new Map<number, readonly Defect[]>()

  const foundIn = (year: number): readonly Defect[] => {
    const known = years.get(year)
    if (known) return known
    const found = lines.flatMap((line, index) => foundOn(key, line, index, year))
    years.set(year, found)
    return found
  }

  /** Those of the year and of the year before, whose repairs may reach into it. */
  const around = (t: number) => [...foundIn(yearOf(t) - 1), ...foundIn(yearOf(t))]

  // Reports of one year, sorted, so that a stretch of time is found by bisection.
  const sorted = new Map<number, readonly FeedEvent[]>()
  const eventsOf = (year: number): readonly FeedEvent[] => {
    const known = sorted.get(year)
    if (known) return known
    sorted.delete(year - 2)
    years.delete(year - 3)
    const events = foundIn(year)
      .flatMap(defect => [event(defect, 'open', defect.foundAt), event(defect, 'closed', defect.closedAt)])
      .sort((a, b) => a.item.event_time - b.item.event_time)
    sorted.set(year, events)
    return events
  }

  return {
    between(from, to) {
      const year = yearOf(from)
      const found = [...within(eventsOf(year - 1), from, to), ...within(eventsOf(year), from, to)]
      return found.sort((a, b) => a.item.event_time - b.item.event_time)
    },
    history(now) {
      const last = lastReport(now)
      const reported = (t: number): number => {
        const report = lastReport(t + dayMs)
        return report <= last ? report : t
      }
      const items: Item[] = []
      for (const defect of foundIn(yearOf(now))) {
        if (defect.foundAt < now) items.push(event(defect, 'open', reported(defect.foundAt)).item)
        if (defect.closedAt < now) items.push(event(defect, 'closed', reported(defect.closedAt)).item)
      }
      // Of one moment in the order above: a defect is opened before it is closed.
      return items.sort((a, b) => a.event_time - b.event_time)
    },
    resynchronise(now) {
      const since = now - 14 * dayMs
      return around(now)
        .filter(
          ({ foundAt, closedAt }) =>
            foundAt < now && (foundAt >= since || (closedAt >= since && closedAt < now)),
        )
        .map((defect, n) => event(defect, defect.closedAt < now ? 'closed' : 'open', now - n))
    },
  }
}

function foundOn(key: number, line: Line, index: number, year: number): Defect[] {
  const dice = split(key, `${year}`)
  const expected = (line.lengthKm * perHundredKm) / 100
  const count = Math.floor(expected + uniform(dice, index))
  return Array.from({ length: count }, (_, n): Defect => {
    const u = (salt: number) => uniform(dice, index * 1024 + n + 1, salt)
    const day = startOfDay(startOfYear(year) + Math.floor(u(1) * 365) * dayMs)
    const { rise, set } = daylight(day)
    const foundAt = Math.floor(day + (rise + (set - rise) * u(2)) * hourMs)
    const grade = grades.find(({ share }) => u(3) < share) ?? grades[2]
    const share = u(4) < grade.inTime ? 0.15 + 0.8 * u(5) : 1 + grade.overrun * u(5)
    return {
      id: `${line.id}-${year}-${String(n + 1).padStart(3, '0')}`,
      line,
      grade: grade.grade,
      foundAt,
      closedAt: Math.floor(foundAt + share * grade.deadlineMs),
    }
  })
}

function event(defect: Defect, state: 'open' | 'closed', at: number): FeedEvent {
  const { id, line, grade, foundAt, closedAt } = defect
  const closed = state === 'closed' ? closedAt : null
  return {
    record: 'grid_defect',
    feed: 'grid',
    county: line.county,
    item: {
      asset_id: line.id,
      event_time: at,
      defect_id: id,
      grade,
      state,
      found_at: foundAt,
      closed_at: closed,
    },
  }
}

function within(events: readonly FeedEvent[], from: number, to: number): readonly FeedEvent[] {
  return events.slice(firstAt(events, from), firstAt(events, to))
}

/** Index of the first event at or after `t`. */
function firstAt(events: readonly FeedEvent[], t: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.item.event_time ?? 0) < t) low = middle + 1
    else high = middle
  }
  return low
}

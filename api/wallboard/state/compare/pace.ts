import type { SeriesPoint } from '../../protocol/parse-series.ts'

const dayMs = 86_400_000
/** A pace of fewer days says more about those days than about the year. */
export const leastDays = 7

export type Pace =
  /** There are stored values of so many days only. */
  | { readonly kind: 'short'; readonly days: number }
  /** Where it leads by the end of the year. */
  | { readonly kind: 'projected'; readonly atYearEnd: number; readonly perDay: number }

/**
 * How a value moves from day to day, drawn out to the end of the year: the least-squares line through the stored days
 * of this year, laid through the current value.
 * @param daily one point a day, oldest first
 * @param current the newest value
 * @param now epoch ms
 */
export function paceOf(daily: readonly SeriesPoint[], current: number, now: number): Pace {
  const { from, to } = yearOf(now)
  const known = daily.flatMap(({ window_start, value }) =>
    value === null || window_start < from ? [] : [{ day: (window_start - from) / dayMs, value }],
  )
  const [first, last] = [known[0], known.at(-1)]
  const days = first && last ? Math.round(last.day - first.day) : 0
  if (days < leastDays) return { kind: 'short', days }
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length
  const [day, value] = [mean(known.map(one => one.day)), mean(known.map(one => one.value))]
  const perDay =
    known.reduce((sum, one) => sum + (one.day - day) * (one.value - value), 0) /
    known.reduce((sum, one) => sum + (one.day - day) ** 2, 0)
  return { kind: 'projected', perDay, atYearEnd: current + (perDay * (to - now)) / dayMs }
}

/** The year in the province (UTC+8, no daylight saving time) that a time lies in, epoch ms. */
export function yearOf(now: number): { readonly from: number; readonly to: number } {
  const offsetMs = 8 * 3_600_000
  const year = new Date(now + offsetMs).getUTCFullYear()
  return { from: Date.UTC(year, 0, 1) - offsetMs, to: Date.UTC(year + 1, 0, 1) - offsetMs }
}

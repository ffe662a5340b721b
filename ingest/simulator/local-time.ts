/** The province's civil time: UTC+8 all year. Everything here takes and gives epoch milliseconds. */
export const hourMs = 3_600_000
export const dayMs = 24 * hourMs
const offsetMs = 8 * hourMs

/** Hours since local midnight, with fraction. */
export function hourOfDay(t: number): number {
  return ((t + offsetMs) % dayMs) / hourMs
}

/** Hours since local midnight of Monday, with fraction. 1970-01-01 was a Thursday. */
export function hourOfWeek(t: number): number {
  return ((t + offsetMs + 3 * dayMs) % (7 * dayMs)) / hourMs
}

export function yearOf(t: number): number {
  return new Date(t + offsetMs).getUTCFullYear()
}

export function startOfYear(year: number): number {
  return Date.UTC(year, 0, 1) - offsetMs
}

/** Days since the start of the local year, with fraction. */
export function dayOfYear(t: number): number {
  return (t - startOfYear(yearOf(t))) / dayMs
}

/** Local midnight at or before `t`. */
export function startOfDay(t: number): number {
  return Math.floor((t + offsetMs) / dayMs) * dayMs - offsetMs
}

/** Hours of daylight around the year at 36.5° north, sunrise and sunset as local hours; within a quarter of an hour. */
export function daylight(t: number): { readonly rise: number; readonly set: number } {
  const half = 6.1 + 1.2 * Math.sin((2 * Math.PI * (dayOfYear(t) - 80)) / 365.25)
  return { rise: 12.1 - half, set: 12.1 + half }
}

/** Seven days of 24 hourly values, Monday first; each value stands for the middle of its hour. */
export function week(workday: readonly number[], saturday: readonly number[], sunday: readonly number[]) {
  return Float64Array.from([...Array(5).fill(workday), saturday, sunday].flat())
}

/** The weekly curve at `t`: linear between the hours' middles, hence without jumps. */
export function weekly(values: Float64Array, t: number): number {
  const position = hourOfWeek(t) + 167.5
  const index = Math.floor(position)
  const left = values[index % 168] ?? 0
  const right = values[(index + 1) % 168] ?? 0
  return left + (right - left) * (position - index)
}

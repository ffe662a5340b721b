const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** What ClickHouse's DateTime64(3) holds: 1900 to 2299. */
const earliestMs = Date.UTC(1900, 0, 1)
const latestMs = Date.UTC(2299, 11, 31)

/**
 * Epoch milliseconds of an RFC 3339 text (any offset, but an offset there must be) or of epoch milliseconds;
 * NaN for anything else. Date.parse is not used: it reads 30 February as 2 March and local time as well.
 */
export function timestampMs(value: unknown): number {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && value >= earliestMs && value <= latestMs ? value : Number.NaN
  }
  return typeof value === 'string' ? parseRfc3339(value) : Number.NaN
}

function parseRfc3339(text: string): number {
  const match = rfc3339.exec(text)
  if (!match) return Number.NaN
  const [, years, months, days, hours, minutes, seconds, fraction, sign, offsetHours, offsetMinutes] = match
  const year = Number(years)
  const month = Number(months)
  const day = Number(days)
  const hour = Number(hours)
  const minute = Number(minutes)
  const second = Number(seconds)
  const days29 = month === 2 && !(year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) ? 28 : undefined
  const lastDay = days29 ?? monthDays[month - 1] ?? 0
  // Second 60 is a leap second: it becomes the first of the next minute.
  if (day < 1 || day > lastDay || hour > 23 || minute > 59 || second > 60) return Number.NaN
  const offset = sign ? Number(offsetHours) * 60 + Number(offsetMinutes) : 0
  if (Number(offsetHours ?? 0) > 23 || Number(offsetMinutes ?? 0) > 59) return Number.NaN
  const ms = fraction ? Number(fraction.padEnd(3, '0').slice(0, 3)) : 0
  const local = Date.UTC(year, month - 1, day, hour, minute, second, ms)
  const utc = local - (sign === '-' ? -offset : offset) * 60_000
  return utc >= earliestMs && utc <= latestMs ? utc : Number.NaN
}

import { CodedError } from '../../platform/errors.ts'

const hour = 3_600_000
const day = 24 * hour

/** What a series is made of, and how long a range one answer and one export cover, ms. */
export const steps = {
  window: { view: 'kpi', longestMs: 2 * day, longestExportMs: 92 * day },
  '1h': { view: 'kpi_1h', longestMs: 62 * day, longestExportMs: 366 * day },
  '1d': { view: 'kpi_1d', longestMs: 1830 * day, longestExportMs: 3660 * day },
} as const
export type Step = keyof typeof steps
export const stepNames = Object.keys(steps) as [Step, ...Step[]]

export interface TimeRange {
  readonly from: number
  readonly to: number
}

/**
 * The half-open range [from, to), epoch ms; the last hour where nothing is said.
 * @param longestMs of a range
 * @throws CodedError `invalid_request`, `empty_range` or `range_too_long`.
 */
export function timeRange(
  from: string | undefined,
  to: string | undefined,
  step: Step,
  now: number,
  longestMs: number = steps[step].longestMs,
): TimeRange {
  const end = to === undefined ? now : instantOf('to', to)
  const start = from === undefined ? end - hour : instantOf('from', from)
  if (start >= end) throw new CodedError('empty_range', 'from must be before to')
  if (end - start > longestMs) {
    throw new CodedError(
      'range_too_long',
      `step ${step} covers at most ${longestMs / day} days, this range has ${((end - start) / day).toFixed(1)}`,
      { hint: step === '1d' ? 'ask for less' : 'ask for less, or for a longer step' },
    )
  }
  return { from: start, to: end }
}

const year = '(19[7-9]\\d|2[01]\\d{2})'
const leapYear = '(19([79][26]|8[048])|2000|2[01](0[48]|[2468][048]|[13579][26]))'
const date =
  `(${year}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))` +
  `|${leapYear}-02-29)`
const hourMinute = '([01]\\d|2[0-3]):[0-5]\\d'

/**
 * Epoch milliseconds, or RFC 3339 with an offset, so that nobody has to guess a time zone. From 1970 to 2190 at least,
 * which every store can hold, and only days that there are. A plus sign that was not escaped arrives as a space.
 */
export const instantPattern = `^([0-6]?\\d{1,12}|${date}[Tt ]${hourMinute}:[0-5]\\d(\\.\\d{1,9})?([Zz]|[-+ ]${hourMinute}))$`
const instantForm = new RegExp(instantPattern)

/**
 * Epoch ms of what a parameter says.
 * @throws CodedError `invalid_request`.
 */
export function instantOf(name: string, text: string): number {
  if (instantForm.test(text)) {
    const instant = /^\d+$/.test(text) ? Number(text) : Date.parse(text.replace(/ (\d{2}:\d{2})$/, '+$1'))
    if (Number.isFinite(instant)) return instant
  }
  throw new CodedError('invalid_request', `${name} is not a time: ${JSON.stringify(text)}`, {
    hint: 'RFC 3339 with Z or an offset, or epoch milliseconds; from 1970 to 2190',
  })
}

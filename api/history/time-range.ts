import { CodedError } from '../../platform/errors.ts'

const hour = 3_600_000
const day = 24 * hour

/** What a series is made of, and how long a range one answer covers, ms. */
export const steps = {
  window: { view: 'kpi', longestMs: 2 * day },
  '1h': { view: 'kpi_1h', longestMs: 62 * day },
  '1d': { view: 'kpi_1d', longestMs: 1830 * day },
} as const
export type Step = keyof typeof steps
export const stepNames = Object.keys(steps) as [Step, ...Step[]]

export interface TimeRange {
  readonly from: number
  readonly to: number
}

/**
 * The half-open range [from, to), epoch ms; the last hour where nothing is said.
 * @throws CodedError `invalid_request` or `range_too_long`.
 */
export function timeRange(
  from: string | undefined,
  to: string | undefined,
  step: Step,
  now: number,
): TimeRange {
  const end = to === undefined ? now : instantOf('to', to)
  const start = from === undefined ? end - hour : instantOf('from', from)
  if (start >= end) throw new CodedError('invalid_request', 'from must be before to')
  const { longestMs } = steps[step]
  if (end - start > longestMs) {
    throw new CodedError(
      'range_too_long',
      `step ${step} covers at most ${longestMs / day} days, this range has ${((end - start) / day).toFixed(1)}`,
      { hint: step === '1d' ? 'ask for less' : 'ask for less, or for a longer step' },
    )
  }
  return { from: start, to: end }
}

/** RFC 3339 with an offset, so that nobody has to guess a time zone. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/

/**
 * Epoch ms of what a parameter says.
 * @throws CodedError `invalid_request`.
 */
export function instantOf(name: string, text: string): number {
  // A plus sign that was not escaped in the query arrives as a space.
  const repaired = text.replace(/ (\d{2}:\d{2})$/, '+$1')
  const instant = /^\d{1,15}$/.test(text)
    ? Number(text)
    : rfc3339.test(repaired)
      ? Date.parse(repaired)
      : Number.NaN
  if (Number.isFinite(instant)) return instant
  throw new CodedError('invalid_request', `${name} is not a time: ${JSON.stringify(text)}`, {
    hint: 'RFC 3339 with Z or an offset, or epoch milliseconds',
  })
}

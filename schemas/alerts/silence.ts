/** `silence`: somebody does not want to hear of it. `maintenance`: it was planned, and says so on the wall. */
export const silenceKinds = ['silence', 'maintenance'] as const
export type SilenceKind = (typeof silenceKinds)[number]

/** As in Alertmanager: over an alert's labels, among them `alertname`, `region`, `level`, `feed`, `kpi` and `severity`. */
export const matchOperators = ['=', '!=', '=~', '!~'] as const
export type MatchOperator = (typeof matchOperators)[number]

export interface Matcher {
  readonly label: string
  readonly op: MatchOperator
  readonly value: string
}

/**
 * Silences that hold or will hold at once: each is looked at for every alert, and every alert names those that hold for it.
 */
export const mostSilences = 1_000
/** Of one person, so that nobody uses up those of all. */
export const mostSilencesOfOne = 200

/** Value of `alert.silences` (compacted, key = silence_id): the last one wins. Times are event time, epoch ms. */
export interface Silence {
  readonly silence_id: string
  readonly kind: SilenceKind
  /** Regions it holds for, each with everything below it: what the caller was allowed to silence. */
  readonly regions: readonly string[]
  /** All of them must match; none: everything in the regions. */
  readonly matchers: readonly Matcher[]
  readonly starts_at: number
  readonly ends_at: number
  readonly reason: string
  readonly created_by: string
  readonly created_at: number
  readonly cancelled_by: string | null
  readonly cancelled_at: number | null
}

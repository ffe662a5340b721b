import type { SeriesId } from '../../../schemas/kpis/kpi.ts'

/** What is proved, in the order in which it is told. */
export const checks = {
  offsets: 'every offset of the log is archived',
  progress: 'what was sent is archived, counted and told',
  missing: 'every window with readings is stored',
  conservation: 'received = counted + duplicate',
  readings: 'readings of the last revision = readings stored',
  measures: 'measures of the last revision = recomputed from the readings',
  expectations: 'what was expected of a window = what the asset registry says of it',
  kpis: 'KPIs of the last revision = recomputed from the measures',
  census: 'census KPIs = their SQL run again',
} as const
export type Check = keyof typeof checks

/** What was found not to be as it should. */
export interface Difference {
  readonly check: Check
  readonly record: SeriesId
  /** What differs: a KPI, a measure, or a number that every window has. */
  readonly name: string
  readonly region?: string
  /** Epoch ms. */
  readonly windowStart?: number
  readonly windowEnd?: number
  readonly stored: number | null
  readonly recomputed: number | null
  readonly revision?: number
  readonly version?: number
  /** Further numbers of the same row that differ. */
  readonly also?: readonly string[]
  /** In words, where the numbers do not say it. */
  readonly note?: string
  /** Where to look: by input partition, the first and the last message received for the region and window. */
  readonly offsets?: readonly OffsetSpan[]
}

export interface OffsetSpan {
  readonly partition: number
  readonly first: number
  readonly last: number
}

/** The same difference has the same name, whenever it is found; another content is another difference. */
export function identityOf(difference: Difference): string {
  const { check, record, name, region, windowStart, revision, version } = difference
  const [stored, recomputed] = [rounded(difference.stored), rounded(difference.recomputed)]
  return JSON.stringify([check, record, name, region, windowStart, stored, recomputed, revision, version])
}

/** Sums of floats come out in their last digits as the order in which they were added up has it, which is another one each time. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(9))
}

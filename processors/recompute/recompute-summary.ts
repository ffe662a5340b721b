import type { RecomputeOptions } from './recompute-options.ts'
import type { Tally } from './tally.ts'

export interface Summed {
  readonly options: Pick<RecomputeOptions, 'record' | 'fromMs' | 'toMs' | 'dryRun'>
  /** That were chosen. */
  readonly windows: number
  readonly tally: Tally
  /** Starts of windows that were left out, epoch ms: see `Chosen`. */
  readonly overlapping: readonly number[]
  readonly stopped: boolean
}

const mostNamed = 10

/** What a recomputation did, for people; one fact a line. */
export function recomputeSummary({ options, windows, tally, overlapping, stopped }: Summed): string {
  const { record, fromMs, toMs, dryRun } = options
  const { unchanged, corrected, first, revisions, kpiValues, open, unsettled } = tally
  const would = dryRun ? 'would be ' : ''
  const lines = [
    `${record}, ${instant(fromMs)} .. ${instant(toMs)}: ${tally.lookedAt} of ${windows} windows looked at`,
    `  unchanged: ${unchanged}`,
    `  ${would}corrected: ${corrected}`,
    `  ${would}published for the first time: ${first}`,
    `  still open: ${open.length}${named(open)}`,
    `  KPI values ${dryRun ? 'that would change' : 'changed'}: ${kpiValues}`,
    `  messages ${dryRun ? 'that would be ' : ''}published: ${revisions}`,
  ]
  if (overlapping.length > 0) {
    lines.push(
      `  left out: ${overlapping.length} with unpublished readings, which overlap stored windows of another size${named(overlapping)}`,
    )
  }
  if (unsettled.length > 0) {
    lines.push(
      `  published, and stored otherwise: ${unsettled.length}${named(unsettled)}; do all processors run this version?`,
    )
  }
  if (dryRun) lines.push('dry run: nothing was published')
  if (stopped) lines.push('stopped before the end; run it again for the rest')
  return lines.join('\n')
}

/** The same as one object; all windows are named. Times are RFC 3339. */
export function summaryObject({ options, windows, tally, overlapping, stopped }: Summed): object {
  const { record, fromMs, toMs, dryRun } = options
  return {
    type: 'summary',
    record,
    from: instant(fromMs),
    to: instant(toMs),
    dry_run: dryRun,
    stopped,
    windows,
    looked_at: tally.lookedAt,
    unchanged: tally.unchanged,
    corrected: tally.corrected,
    published_first: tally.first,
    kpi_values_changed: tally.kpiValues,
    messages: tally.revisions,
    open: tally.open.map(instant),
    overlapping: overlapping.map(instant),
    unsettled: tally.unsettled.map(instant),
  }
}

function named(starts: readonly number[]): string {
  if (starts.length === 0) return ''
  const more = starts.length > mostNamed ? ', …' : ''
  return ` (${starts.slice(0, mostNamed).map(instant).join(', ')}${more})`
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

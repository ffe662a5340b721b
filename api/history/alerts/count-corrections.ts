import { type Static, Type } from 'typebox'
import { EpochMs } from '../../rest/wire-schemas.ts'
import { askHistory, type History } from '../ask-history.ts'
import type { TimeRange } from '../time-range.ts'

/** Windows that were corrected later than this are not looked for, ms. */
const oldestWindowMs = 31 * 86_400_000

/** How many values of a KPI were corrected. */
export const CorrectedKpi = Type.Object({
  kpi: Type.String(),
  values: Type.Integer({
    description: 'Corrected values: of one window and region as often as it was corrected',
  }),
  regions: Type.Integer({ description: 'Regions of which they are' }),
  oldest_window_start: EpochMs,
  last_at: { ...EpochMs, description: 'When the last of them was computed' },
})
export type CorrectedKpi = Static<typeof CorrectedKpi>

/**
 * By the time at which corrections were computed, those of most values first.
 * @throws CodedError `history_unavailable` or `history_timeout`.
 */
export async function countCorrections(
  history: History,
  { regions, from, to }: TimeRange & { readonly regions: readonly string[] },
): Promise<readonly CorrectedKpi[]> {
  const text = `
SELECT k.kpi AS kpi, count() AS values, uniqExact(k.region) AS regions,
    toUnixTimestamp64Milli(min(k.window_start)) AS oldest_window_start, toUnixTimestamp64Milli(max(k.computed_at)) AS last_at
FROM {database: Identifier}.kpi_revisions AS k
WHERE k.region IN {regions: Array(String)} AND k.revision > 1
    AND k.window_start >= fromUnixTimestamp64Milli({since: Int64})
    AND k.computed_at >= fromUnixTimestamp64Milli({from: Int64})
    AND k.computed_at < fromUnixTimestamp64Milli({to: Int64})
GROUP BY kpi
ORDER BY values DESC, kpi`
  const since = Math.max(0, from - oldestWindowMs)
  const params = { database: history.database, regions, from, to, since }
  return askHistory(history, { text, params }, CorrectedKpi)
}

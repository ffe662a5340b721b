import type { Static } from 'typebox'
import { CellSchema } from '../../rest/wire-schemas.ts'
import { askHistory, type History } from '../ask-history.ts'
import type { SqlQuery } from '../sql-query.ts'

export const truths = ['then', 'now'] as const
/** Which of two truths of a past minute: what was known at that time, or what is known of it now. */
export type Known = (typeof truths)[number]

/** A window that ended longer before was not the current one any more, ms. */
export const lookBackMs = 6 * 3_600_000
/** A window that nobody had told of by then is part of what is known now once it was over for so long, ms. */
export const settledMs = 30 * 60_000
/** What one answer costs is bounded by how many cells are looked up. */
export const maxCellsAt = 1_000

export interface CellsAt {
  readonly kpis: readonly string[]
  readonly regions: readonly string[]
  /** Epoch ms of the data's clock, by which windows end and revisions are computed. */
  readonly time: number
  readonly known: Known
}

export type StoredCellAt = Static<typeof CellSchema>

/**
 * The current value of every cell at a past time, as stored: final and corrected ones. Among those the current one, by
 * `currentOf`, is the newest: of two final windows the newer one is current whatever its coverage. What is known now is
 * known of the same windows, so that the two truths differ by corrections and by what nobody had told of at all. A cell
 * of which nothing was known is not listed.
 * @throws CodedError `history_unavailable` or `history_timeout`.
 */
export async function readCellsAt(history: History, at: CellsAt): Promise<readonly StoredCellAt[]> {
  return askHistory(history, cellsAtQuery(history.database, at), CellSchema)
}

const columns = `k.kpi AS kpi, k.region AS region, toUnixTimestamp64Milli(k.window_start) AS window_start,
    toUnixTimestamp64Milli(k.window_end) AS window_end, k.value AS value, k.status AS status,
    k.revision AS revision, k.version AS version, k.coverage AS coverage, k.readings AS readings,
    toUnixTimestamp64Milli(k.event_time_max) AS event_time_max`

const knownThen = 'k.computed_at <= fromUnixTimestamp64Milli({time: Int64})'
const knownNow = `(min(k.computed_at) OVER (PARTITION BY k.kpi, k.region, k.window_start)
        <= fromUnixTimestamp64Milli({time: Int64}) OR k.window_end <= fromUnixTimestamp64Milli({settled: Int64}))`

export function cellsAtQuery(database: string, { kpis, regions, time, known }: CellsAt): SqlQuery {
  return {
    text: `
SELECT ${columns}
FROM {database: Identifier}.kpi_revisions AS k
WHERE k.kpi IN {kpis: Array(String)} AND k.region IN {regions: Array(String)}
    AND k.window_start > fromUnixTimestamp64Milli({since: Int64})
    AND k.window_end <= fromUnixTimestamp64Milli({time: Int64})
QUALIFY ${known === 'then' ? knownThen : knownNow}
ORDER BY k.region, k.kpi, k.window_start DESC, k.version DESC, k.revision DESC
LIMIT 1 BY k.region, k.kpi`,
    params: { database, kpis, regions, time, since: time - lookBackMs, settled: time - settledMs },
  }
}

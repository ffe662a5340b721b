import { type Static, Type } from 'typebox'
import { EpochMs } from '../../rest/wire-schemas.ts'
import { askHistory, type History } from '../ask-history.ts'
import type { TimeRange } from '../time-range.ts'

const day = 86_400_000

/** Of corrections one answer covers at most so much, ms. */
export const longestCorrectionsMs = 7 * day
/** A range is cut into at most so many slots. */
export const maxSlots = 240
/** Windows that were corrected later than this are not looked for, ms. */
const oldestWindowMs = 31 * day
const minute = 60_000

/** A slot of time in which values were corrected. */
export const Corrections = Type.Object({
  at: { ...EpochMs, description: 'Start of the slot, epoch ms' },
  values: Type.Integer({ description: 'Values that were corrected in it' }),
  windows: Type.Integer({ description: 'Windows of which they are' }),
  window_start: { ...EpochMs, description: 'Start of the oldest of these windows, epoch ms' },
})
export type Corrections = Static<typeof Corrections>

export interface CorrectionsOf extends TimeRange {
  readonly kpis: readonly string[]
  readonly regions: readonly string[]
}

/** Length of a slot: whole minutes, so many that a range has at most `maxSlots`. */
export function slotMsOf({ from, to }: TimeRange): number {
  return Math.max(1, Math.ceil((to - from) / maxSlots / minute)) * minute
}

/**
 * When values of the regions were corrected, by the time at which the correction was computed; slots in which nothing
 * was corrected are left out.
 * @throws CodedError `history_unavailable` or `history_timeout`.
 */
export async function readCorrections(history: History, of: CorrectionsOf): Promise<readonly Corrections[]> {
  const { kpis, regions, from, to } = of
  const text = `
SELECT {from: Int64} + slot * {slot: Int64} AS at, count() AS values, uniqExact(k.window_start) AS windows,
    toUnixTimestamp64Milli(min(k.window_start)) AS window_start
FROM {database: Identifier}.kpi_revisions AS k
WHERE k.kpi IN {kpis: Array(String)} AND k.region IN {regions: Array(String)} AND k.revision > 1
    AND k.window_start >= fromUnixTimestamp64Milli({since: Int64})
    AND k.computed_at >= fromUnixTimestamp64Milli({from: Int64})
    AND k.computed_at < fromUnixTimestamp64Milli({to: Int64})
GROUP BY intDiv(toUnixTimestamp64Milli(k.computed_at) - {from: Int64}, {slot: Int64}) AS slot
ORDER BY slot`
  const params = {
    database: history.database,
    kpis,
    regions,
    from,
    to,
    slot: slotMsOf(of),
    since: Math.max(0, from - oldestWindowMs),
  }
  return askHistory(history, { text, params }, Corrections)
}

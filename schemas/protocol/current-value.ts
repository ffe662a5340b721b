import type { Cell } from './stream.ts'

/**
 * Whether `next`, which stands later in the log, replaces `held` for the same kpi, region and window. A final cell beats a
 * provisional one that has seen the same log. Two correctors, of which one was asleep, may give the same values different
 * numbers: the later one holds, as it does in ClickHouse, which keeps the last inserted row of a version.
 */
export function supersedes(
  next: Pick<Cell, 'version' | 'revision'>,
  held: Pick<Cell, 'version' | 'revision'>,
): boolean {
  if (next.version !== held.version) return next.version > held.version
  return next.revision > 0 && next.revision !== held.revision
}

/** What the choice of the current value looks at. */
export type Candidate = Pick<Cell, 'window_start' | 'coverage' | 'status'>

/**
 * The current value of a cell: the newest window whose coverage reaches the KPI's minimum,
 * else the newest final one. A half-filled window never makes a wall flicker.
 * Where nothing is expected to report (coverage null: events, censuses) only a final window is complete.
 */
export function currentOf<C extends Candidate>(windows: Iterable<C>, minCoverage: number): C | undefined {
  let covered: C | undefined
  let final: C | undefined
  for (const cell of windows) {
    const reaches = cell.coverage === null ? cell.status !== 'provisional' : cell.coverage >= minCoverage
    if (reaches && (!covered || cell.window_start > covered.window_start)) covered = cell
    if (cell.status !== 'provisional' && (!final || cell.window_start > final.window_start)) final = cell
  }
  if (!covered) return final
  // A newer final window with too little coverage is the news: the county has fallen silent.
  return final && final.window_start > covered.window_start ? final : covered
}

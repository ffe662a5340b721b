import { supersedes } from '../../schemas/protocol/current-value.ts'
import type { Cell } from '../../schemas/protocol/stream.ts'

/** A cell, and what was known of it before. */
export interface HeldCell {
  readonly cell: Cell
  /** Of the frame that it came in. */
  readonly position: number
  /** The newest of other windows, that of the window held last first. */
  readonly others: readonly Version[]
}

type Version = Pick<Cell, 'window_start' | 'version' | 'revision'>

/** More windows of one cell than this are not remembered: servers are behind by one or two. */
const remembered = 4

/** What is held once a frame of this position has said `next`: the same as before when it is no news. */
export function heldAfter(before: HeldCell | undefined, next: Cell, position: number): HeldCell {
  if (!before) return { cell: next, position, others: [] }
  if (!isNews(next, position, before)) return before
  const { cell, others } = before
  if (cell.window_start === next.window_start) return { cell: next, position, others }
  const { window_start, version, revision } = cell
  const older = others.filter(other => other.window_start !== next.window_start)
  return {
    cell: next,
    position,
    others: [{ window_start, version, revision }, ...older].slice(0, remembered),
  }
}

/**
 * A server that has read less of the log than another one did knows of nothing newer, except where it names a newer
 * window or version all the same. Otherwise its choice of the window holds, unless more is known of that window: then
 * the server will come to know it too.
 */
function isNews(next: Cell, position: number, { cell, position: heldAt, others }: HeldCell): boolean {
  if (next.window_start === cell.window_start) return supersedes(next, cell)
  if (position < heldAt && next.window_start < cell.window_start) return false
  const known = others.find(other => other.window_start === next.window_start)
  return !known || !supersedes(known, next)
}

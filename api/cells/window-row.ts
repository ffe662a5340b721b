import { supersedes } from '../../schemas/protocol/current-value.ts'
import type { RegionWindow } from './region-window.ts'

/** More windows than this are never open at once, whatever the lateness: memory stays bounded. */
export const maxOpenWindows = 128

/**
 * The windows of one region and series that can still matter to the current value, oldest first:
 * the newest final one and the provisional ones after it. Older ones are history, which ClickHouse keeps.
 * Relies on what the pipeline promises: no provisional message supersedes a final one of its window.
 */
export type WindowRow = readonly RegionWindow[]

/** The row with `next` in it, or the same row when `next` is old news: it may come any number of times, in any order. */
export function withWindow(row: WindowRow, next: RegionWindow): WindowRow {
  const first = row[0]
  if (first && isClosed(first) && next.window_start < first.window_start) return row
  const held = row.find(window => window.window_start === next.window_start)
  if (held && !supersedes(next, held)) return row

  const windows = row.filter(window => window !== held)
  const place = windows.findIndex(window => window.window_start > next.window_start)
  windows.splice(place < 0 ? windows.length : place, 0, next)
  return trimmed(windows)
}

function trimmed(windows: readonly RegionWindow[]): WindowRow {
  const newestClosed = Math.max(0, windows.findLastIndex(isClosed))
  const kept = windows.slice(newestClosed)
  const [closed] = kept
  if (kept.length <= maxOpenWindows || !closed) return kept
  const newest = kept.slice(-maxOpenWindows)
  return isClosed(closed) ? [closed, ...newest] : newest
}

function isClosed(window: RegionWindow): boolean {
  return window.status !== 'provisional'
}

import type { Cell } from '../../../schemas/protocol/stream.ts'
import { cellKey } from '../../client/stream-client.ts'

/** The current value of one KPI in one region. */
export interface Current {
  readonly cell: Cell
  /** The value before the latest correction of this window, when this page saw it; else undefined. */
  readonly was?: number | null
  /** End of the latest window that had a value, epoch ms; null when this page saw none. */
  readonly valueUntil: number | null
}

/** The current cells as the stream client hands them over, and what the wall knows of their past. */
export class CellBook {
  private readonly held = new Map<string, Current>()

  get size(): number {
    return this.held.size
  }

  get(key: string): Current | undefined {
    return this.held.get(key)
  }

  *cells(): Iterable<Cell> {
    for (const { cell } of this.held.values()) yield cell
  }

  /** Takes new values, and lets go of cells that are no longer there; the keys of both. */
  apply(cells: Iterable<Cell>, gone: Iterable<Cell> = []): ReadonlySet<string> {
    const touched = new Set<string>()
    for (const cell of cells) {
      const key = cellKey(cell.kpi, cell.region)
      this.held.set(key, after(this.held.get(key), cell))
      touched.add(key)
    }
    for (const cell of gone) {
      const key = cellKey(cell.kpi, cell.region)
      this.held.delete(key)
      touched.add(key)
    }
    return touched
  }
}

function after(before: Current | undefined, cell: Cell): Current {
  const was = wasBefore(before, cell)
  const valueUntil = cell.value === null ? (before?.valueUntil ?? null) : cell.window_end
  return { cell, valueUntil, ...(was !== undefined && { was }) }
}

function wasBefore(before: Current | undefined, cell: Cell): number | null | undefined {
  if (!before || cell.status !== 'corrected' || before.cell.window_start !== cell.window_start)
    return undefined
  const isNewRevision = cell.revision > before.cell.revision && before.cell.status !== 'provisional'
  return isNewRevision ? before.cell.value : before.was
}

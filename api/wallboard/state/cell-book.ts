import type { Cell } from '../../../schemas/protocol/stream.ts'

/** The current value of one KPI in one region. */
export interface Current {
  readonly cell: Cell
  /** The value before the latest correction of this window, when this page saw it; else undefined. */
  readonly was?: number | null
  /** End of the latest window that had a value, epoch ms; null when this page saw none. */
  readonly valueUntil: number | null
}

export function cellKey(kpi: string, region: string): string {
  return `${kpi}|${region}`
}

/**
 * The current cells as the server names them. Which window is the current one is the server's decision
 * (`currentOf`), so that the wall, REST and every other client show the same; what came last holds.
 */
export class CellBook {
  private held = new Map<string, Current>()

  get size(): number {
    return this.held.size
  }

  get(key: string): Current | undefined {
    return this.held.get(key)
  }

  /** Takes a delta; the keys that changed. */
  apply(cells: Iterable<Cell>): ReadonlySet<string> {
    const changed = new Set<string>()
    for (const cell of cells) {
      const key = cellKey(cell.kpi, cell.region)
      this.held.set(key, after(this.held.get(key), cell))
      changed.add(key)
    }
    return changed
  }

  /** Takes a snapshot: what is not in it is gone. The keys of before and after. */
  replace(cells: Iterable<Cell>): ReadonlySet<string> {
    const before = this.held
    this.held = new Map()
    for (const cell of cells) {
      const key = cellKey(cell.kpi, cell.region)
      this.held.set(key, after(before.get(key), cell))
    }
    return new Set([...before.keys(), ...this.held.keys()])
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

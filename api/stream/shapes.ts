import { type CellSet, fingerprint } from '../cells/cell-set.ts'
import type { Session } from './session.ts'

/** A distinct set of cells that somebody asked for. */
export interface Shape {
  readonly key: string
  readonly cells: CellSet
  /** Sessions that get this shape's deltas; others may hold the shape for a part of theirs. */
  readonly members: Set<Session>
}

/** Keeps every distinct shape once, however many clients hold it, and forgets those that nobody holds. */
export class Shapes {
  private readonly held = new Map<string, { readonly shape: Shape; holders: number }>()

  get size(): number {
    return this.held.size
  }

  /** Every call is to be answered by a `release`. */
  acquire(cells: CellSet): Shape {
    const key = fingerprint(cells)
    const entry = this.held.get(key) ?? { shape: { key, cells, members: new Set() }, holders: 0 }
    entry.holders++
    this.held.set(key, entry)
    return entry.shape
  }

  release({ key }: Shape): void {
    const entry = this.held.get(key)
    if (entry && --entry.holders === 0) this.held.delete(key)
  }

  *withMembers(): Generator<Shape> {
    for (const { shape } of this.held.values()) if (shape.members.size > 0) yield shape
  }
}

import { type CellSet, fingerprint } from '../cells/cell-set.ts'

/** A distinct set of cells that somebody asked for. */
export interface Shape<Member> {
  readonly key: string
  readonly cells: CellSet
  /** Those that get this shape's deltas; others may hold the shape for a part of theirs. */
  readonly members: Set<Member>
}

/** Keeps every distinct shape once, however many clients hold it, and forgets those that nobody holds. */
export class Shapes<Member> {
  private readonly held = new Map<string, { readonly shape: Shape<Member>; holders: number }>()

  get size(): number {
    return this.held.size
  }

  /** Every call is to be answered by a `release`. */
  acquire(cells: CellSet): Shape<Member> {
    const key = fingerprint(cells)
    const entry = this.held.get(key) ?? { shape: { key, cells, members: new Set() }, holders: 0 }
    entry.holders++
    this.held.set(key, entry)
    return entry.shape
  }

  release({ key }: Shape<Member>): void {
    const entry = this.held.get(key)
    if (entry && --entry.holders === 0) this.held.delete(key)
  }

  *withMembers(): Generator<Shape<Member>> {
    for (const { shape } of this.held.values()) if (shape.members.size > 0) yield shape
  }
}

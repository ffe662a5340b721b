import { createHash } from 'node:crypto'
import type { CellSpace } from './cell-space.ts'

/** A set of cells: one byte a cell, 1 for a member. */
export type CellSet = Uint8Array

export function emptySet(space: CellSpace): CellSet {
  return new Uint8Array(space.size)
}

/** The same for two sets exactly when they hold the same cells, however they were asked for. */
export function fingerprint(set: CellSet): string {
  return createHash('sha256').update(set).digest('base64')
}

export function union(sets: Iterable<CellSet>, space: CellSpace): CellSet {
  const all = emptySet(space)
  for (const set of sets) {
    for (let cell = 0; cell < set.length; cell++) if (set[cell]) all[cell] = 1
  }
  return all
}

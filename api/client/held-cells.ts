import type { Cell, Delta, Snapshot } from '../../schemas/protocol/stream.ts'
import { type HeldCell, heldAfter } from './held-cell.ts'
import { mayHold, type Subscriptions } from './subscriptions.ts'

/** What a frame changed. */
export interface Change {
  /** New values, none of them an older version of a window than one before. */
  readonly changed: readonly Cell[]
  /** Cells that are no longer held, as they were. */
  readonly gone: readonly Cell[]
}

const nothing: Change = { changed: [], gone: [] }

/** `kpi|region`: names a cell. */
export function cellKey(kpi: string, region: string): string {
  return `${kpi}|${region}`
}

/**
 * The current value of every cell of all subscriptions. Which window is the current one is the server's decision; that
 * no older version of a window follows a newer one is decided here, whichever server speaks.
 */
export class HeldCells {
  private readonly held = new Map<string, HeldCell>()
  /**
   * Cells that no subscription has any more, as they were: when one has them again, on a server that has read less,
   * they are the newer ones. Never more than there are cells.
   */
  private readonly letGo = new Map<string, HeldCell>()
  /** The cells of each subscription, by its name on the wire. */
  private readonly members = new Map<string, Set<string>>()
  private isOfOtherLog = false

  get size(): number {
    return this.held.size
  }

  get(kpi: string, region: string): Cell | undefined {
    return this.held.get(cellKey(kpi, region))?.cell
  }

  *[Symbol.iterator](): Generator<Cell> {
    for (const { cell } of this.held.values()) yield cell
  }

  /** What is held is of a log that is no more: it stands until the first snapshot of the new one, and no longer. */
  ofOtherLog(): void {
    this.isOfOtherLog = true
  }

  /** A snapshot with `since` is merged into what is held; one without replaces the subscription's cells. */
  takeSnapshot(snapshot: Snapshot): Change {
    const lost = this.isOfOtherLog ? this.clear() : []
    const { id, position, since, cells } = snapshot
    const before = this.members.get(id) ?? new Set()
    const keys = new Set<string>(since === undefined ? [] : before)
    for (const { kpi, region } of cells) keys.add(cellKey(kpi, region))
    const changed = this.put(cells, position)
    // Of what came after it, a snapshot does not speak: its server has read less of the log than the one before.
    for (const key of before) if ((this.held.get(key)?.position ?? 0) > position) keys.add(key)
    this.members.set(id, keys)
    const left = this.release(before)
    const back = (cell: Cell): boolean => !this.held.has(cellKey(cell.kpi, cell.region))
    return { changed, gone: [...lost.filter(back), ...left] }
  }

  /**
   * A cell that was not held before is counted to every subscription that may hold it, one that was to those that do
   * for sure. What nobody may hold is of a subscription that has just ended, and so is what another log says before its
   * first snapshot.
   */
  takeDelta({ position, cells }: Delta, subscriptions: Subscriptions): Change {
    if (this.isOfOtherLog) return nothing
    const exact = subscriptions.filter(({ selection }) => selection.depth === 'self')
    const ours = cells.filter(cell => {
      const isHeld = this.held.has(cellKey(cell.kpi, cell.region))
      return this.count(cell, isHeld ? exact : subscriptions) || isHeld
    })
    return { changed: this.put(ours, position), gone: [] }
  }

  /** A subscription is the same under another name. */
  rename(from: string, to: string): void {
    const keys = this.members.get(from)
    if (!keys) return
    this.members.delete(from)
    this.members.set(to, keys)
  }

  /** Lets go of the cells that no other subscription has. */
  drop(wireId: string): Change {
    const keys = this.members.get(wireId)
    if (!keys) return nothing
    this.members.delete(wireId)
    return { changed: [], gone: this.release(keys) }
  }

  private count(cell: Cell, to: Subscriptions): boolean {
    let isCounted = false
    for (const { wireId, selection } of to) {
      const keys = this.members.get(wireId)
      if (!keys || !mayHold(selection, cell)) continue
      keys.add(cellKey(cell.kpi, cell.region))
      isCounted = true
    }
    return isCounted
  }

  private put(cells: readonly Cell[], position: number): readonly Cell[] {
    const changed: Cell[] = []
    for (const cell of cells) {
      const key = cellKey(cell.kpi, cell.region)
      const held = this.held.get(key)
      const next = heldAfter(held ?? this.letGo.get(key), cell, position)
      if (next === held) continue
      this.held.set(key, next)
      this.letGo.delete(key)
      changed.push(next.cell)
    }
    return changed
  }

  /** Lets go of those that no subscription has. */
  private release(keys: ReadonlySet<string>): readonly Cell[] {
    const gone: Cell[] = []
    for (const key of keys) {
      const held = this.held.get(key)
      if (!held || [...this.members.values()].some(set => set.has(key))) continue
      this.held.delete(key)
      this.letGo.set(key, held)
      gone.push(held.cell)
    }
    return gone
  }

  private clear(): readonly Cell[] {
    this.isOfOtherLog = false
    const cells = [...this]
    this.held.clear()
    this.letGo.clear()
    for (const keys of this.members.values()) keys.clear()
    return cells
  }
}

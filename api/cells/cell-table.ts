import { currentOf } from '../../schemas/protocol/current-value.ts'
import { cellPrefix, numberJson, windowSuffix } from './cell-json.ts'
import type { CellSet } from './cell-set.ts'
import type { CellSpace, KpiColumn } from './cell-space.ts'
import type { RegionWindow } from './region-window.ts'
import { type WindowRow, withWindow } from './window-row.ts'

const none: WindowRow = []

/** What became of a window that was put in. */
export type Outcome = 'applied' | 'old' | 'unknown'

/**
 * The current value of every cell, from the windows of `kpi.regional`.
 * Whatever the order and repetition in which windows come, it ends the same.
 */
export class CellTable {
  readonly space: CellSpace
  private readonly rows = new Map<string, WindowRow>()
  /** The window that each cell's current value comes from. */
  private readonly currentWindows: (RegionWindow | undefined)[]
  private readonly values: (number | null)[]
  private readonly prefixes: readonly string[]
  /** JSON of a cell, made when first asked for after a change. */
  private readonly encoded: (string | undefined)[]
  private readonly suffixes = new WeakMap<RegionWindow, string>()
  private readonly isChanged: Uint8Array
  private changed: number[] = []
  private readPosition = 0
  /** Per cell, the offset of the message that its current value came with, or a later one. */
  private readonly changedAt: Float64Array
  private firstOffset = Number.POSITIVE_INFINITY

  constructor(space: CellSpace) {
    this.space = space
    this.currentWindows = new Array(space.size).fill(undefined)
    this.values = new Array(space.size).fill(null)
    this.encoded = new Array(space.size).fill(undefined)
    this.isChanged = new Uint8Array(space.size)
    this.changedAt = new Float64Array(space.size)
    this.prefixes = Array.from({ length: space.size }, (_, cell) =>
      cellPrefix(space.kpiAt(cell).id, space.regionAt(cell).code),
    )
  }

  /** Offset of `kpi.regional` up to which everything was put in, exclusive. */
  get position(): number {
    return this.readPosition
  }

  /** Reading may begin again further back after a reconnect; the position never does. */
  advanceTo(position: number): void {
    if (position > this.readPosition) this.readPosition = position
  }

  /** Offset from which on every message was put in; before the first one nothing is known of any. */
  get knownFrom(): number {
    return this.firstOffset
  }

  /** From this offset of `kpi.regional` on everything is put in. */
  beginAt(offset: number): void {
    this.firstOffset = Math.min(this.firstOffset, offset)
  }

  /**
   * The cells of the set whose current value may have changed at or after a position, in any order.
   * Holds for positions from `knownFrom` on: somebody who holds what was current then and takes these holds what is current.
   */
  changedSince(position: number, set: CellSet): number[] {
    const cells: number[] = []
    for (let cell = 0; cell < set.length; cell++) {
      if (set[cell] && this.currentWindows[cell] && (this.changedAt[cell] ?? 0) >= position) cells.push(cell)
    }
    return cells
  }

  /** @param offset of its message; windows of another source were last seen before the position. */
  put(window: RegionWindow, offset = -1): Outcome {
    const regionIndex = this.space.regionIndex(window.region)
    const columns = this.space.columnsOf(window.record)
    if (regionIndex === undefined || columns.length === 0) return 'unknown'
    const key = `${window.record}|${window.region}`
    const row = this.rows.get(key) ?? none
    const next = withWindow(row, window)
    if (next === row) {
      this.repeated(window, regionIndex, columns, offset)
      return 'old'
    }
    this.rows.set(key, next)
    this.refresh(next, regionIndex, columns, Math.max(offset, this.readPosition))
    return 'applied'
  }

  /** The window behind a cell's current value, if it has one. */
  windowOf(cell: number): RegionWindow | undefined {
    return this.currentWindows[cell]
  }

  /**
   * What is held of the window of a region and series that holds `instant`, epoch ms.
   * Windows before the newest final one are history, which ClickHouse keeps.
   */
  heldAt(series: string, region: string, instant: number): RegionWindow | undefined {
    const row = this.rows.get(`${series}|${region}`) ?? none
    return row.findLast(({ window_start, window_end }) => window_start <= instant && instant < window_end)
  }

  /** In the KPI's unit; null where the denominator is empty or the cell has no value yet. */
  valueOf(cell: number): number | null {
    return this.values[cell] ?? null
  }

  /** JSON of the cell's current value; undefined while it has none. */
  jsonOf(cell: number): string | undefined {
    const made = this.encoded[cell]
    if (made !== undefined) return made
    const window = this.currentWindows[cell]
    if (!window) return undefined
    const json = `${this.prefixes[cell]}${numberJson(this.valueOf(cell))}${this.suffixOf(window)}`
    this.encoded[cell] = json
    return json
  }

  /** The cells whose current value changed since the call before. */
  takeChanged(): readonly number[] {
    const taken = this.changed
    this.changed = []
    for (const cell of taken) this.isChanged[cell] = 0
    return taken
  }

  /** A window that history had already: from now on it is known when it was said. */
  private repeated(
    window: RegionWindow,
    regionIndex: number,
    columns: readonly KpiColumn[],
    offset: number,
  ): void {
    for (const { column } of columns) {
      const cell = this.space.cellAt(regionIndex, column)
      const current = this.currentWindows[cell]
      const same =
        current?.window_start === window.window_start &&
        current.version === window.version &&
        current.revision === window.revision
      if (same) this.changedAt[cell] = Math.max(this.changedAt[cell] ?? 0, offset)
    }
  }

  private refresh(
    row: WindowRow,
    regionIndex: number,
    columns: readonly KpiColumn[],
    changedAt: number,
  ): void {
    for (const { kpi, column } of columns) {
      const cell = this.space.cellAt(regionIndex, column)
      const window = currentOf(row, kpi.minCoverage)
      // Newly expected assets can take the only covered window below the minimum: what was said stays until better is known.
      if (!window || window === this.currentWindows[cell]) continue
      const held = window.kpis.find(value => value.kpi === kpi.id)
      // A window from before the KPI existed says nothing about it.
      if (!held) continue
      this.currentWindows[cell] = window
      this.values[cell] = held.value
      this.encoded[cell] = undefined
      this.changedAt[cell] = changedAt
      if (this.isChanged[cell]) continue
      this.isChanged[cell] = 1
      this.changed.push(cell)
    }
  }

  private suffixOf(window: RegionWindow): string {
    const made = this.suffixes.get(window) ?? windowSuffix(window)
    this.suffixes.set(window, made)
    return made
  }
}

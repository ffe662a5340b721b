import { currentOf } from '../../schemas/protocol/current-value.ts'
import { cellPrefix, numberJson, windowSuffix } from './cell-json.ts'
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

  constructor(space: CellSpace) {
    this.space = space
    this.currentWindows = new Array(space.size).fill(undefined)
    this.values = new Array(space.size).fill(null)
    this.encoded = new Array(space.size).fill(undefined)
    this.isChanged = new Uint8Array(space.size)
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

  put(window: RegionWindow): Outcome {
    const regionIndex = this.space.regionIndex(window.region)
    const columns = this.space.columnsOf(window.record)
    if (regionIndex === undefined || columns.length === 0) return 'unknown'
    const key = `${window.record}|${window.region}`
    const row = this.rows.get(key) ?? none
    const next = withWindow(row, window)
    if (next === row) return 'old'
    this.rows.set(key, next)
    this.refresh(next, regionIndex, columns)
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

  private refresh(row: WindowRow, regionIndex: number, columns: readonly KpiColumn[]): void {
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

import type { CellSet } from '../cells/cell-set.ts'
import type { CellTable } from '../cells/cell-table.ts'
import { cellsJson } from '../cells/cells-json.ts'

/** A message of the stream as it goes over the socket, and how many cells are in it. */
export interface Frame {
  readonly type: 'snapshot' | 'delta'
  readonly bytes: Buffer
  readonly cells: number
}

/**
 * The cells of `changed` that are in the set, or nothing when there are none.
 * Concatenates JSON that was made once per cell and change.
 */
export function deltaFrame(
  table: CellTable,
  changed: readonly number[],
  set: CellSet,
  sentAt: number,
): Frame | undefined {
  let cells = ''
  let count = 0
  for (const cell of changed) {
    if (!set[cell]) continue
    const json = table.jsonOf(cell)
    if (json === undefined) continue
    cells += count === 0 ? json : `,${json}`
    count++
  }
  if (count === 0) return undefined
  const text = `{"type":"delta","position":${table.position},"sent_at":${sentAt},"cells":[${cells}]}`
  return { type: 'delta', bytes: Buffer.from(text), cells: count }
}

/** The current value of every cell of the set that has one. */
export function snapshotFrame(table: CellTable, id: string, set: CellSet): Frame {
  const { json, count } = cellsJson(table, set)
  // alerts: none before there are alert rules.
  const text = `{"type":"snapshot","id":${JSON.stringify(id)},"position":${table.position},"cells":${json},"alerts":[]}`
  return { type: 'snapshot', bytes: Buffer.from(text), cells: count }
}

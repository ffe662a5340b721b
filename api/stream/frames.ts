import type { FreshReason } from '../../schemas/protocol/stream.ts'
import type { CellSet } from '../cells/cell-set.ts'
import type { CellTable } from '../cells/cell-table.ts'
import { cellsJson } from '../cells/cells-json.ts'

/** A message of the stream as it goes over the socket, and how many cells are in it. */
export interface Frame {
  readonly type: 'snapshot' | 'delta'
  readonly bytes: Buffer
  readonly cells: number
}

/** What a snapshot is made of: everything, or what changed since a position that the client holds. */
export interface Extent {
  readonly since?: number
  readonly reason?: FreshReason
}

/** Those of the changed cells that are in the set, or nothing when there are none. */
export function deltaFrame(
  table: CellTable,
  changed: readonly number[],
  set: CellSet,
  sentAt: number,
): Frame | undefined {
  const { json, count } = joined(table, changed, set)
  if (count === 0) return undefined
  const text = `{"type":"delta","position":${table.position},"sent_at":${sentAt},"cells":${json}}`
  return { type: 'delta', bytes: Buffer.from(text), cells: count }
}

/** What somebody missed who has had nothing since a position: the newest value of each cell that changed. */
export function catchUpFrame(
  table: CellTable,
  since: number,
  set: CellSet,
  sentAt: number,
): Frame | undefined {
  return deltaFrame(table, table.changedSince(since, set), set, sentAt)
}

/**
 * The current value of every cell of the set that has one; with `since`, of every one that changed since.
 * @param alerts as `alertsPart` makes it
 */
export function snapshotFrame(
  table: CellTable,
  id: string,
  set: CellSet,
  { since, reason }: Extent = {},
  alerts = '"alerts":[]',
): Frame {
  const { json, count } =
    since === undefined ? cellsJson(table, set) : joined(table, table.changedSince(since, set), set)
  const text =
    `{"type":"snapshot","id":${JSON.stringify(id)},"position":${table.position}` +
    `${since === undefined ? '' : `,"since":${since}`}${reason === undefined ? '' : `,"reason":"${reason}"`}` +
    `,"cells":${json},${alerts}}`
  return { type: 'snapshot', bytes: Buffer.from(text), cells: count }
}

/** Concatenates JSON that was made once per cell and change. */
function joined(
  table: CellTable,
  cells: readonly number[],
  set: CellSet,
): { readonly json: string; readonly count: number } {
  let json = ''
  let count = 0
  for (const cell of cells) {
    if (!set[cell]) continue
    const one = table.jsonOf(cell)
    if (one === undefined) continue
    json += count === 0 ? one : `,${one}`
    count++
  }
  return { json: `[${json}]`, count }
}

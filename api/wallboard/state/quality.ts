import type { Cell } from '../../../schemas/protocol/stream.ts'

/**
 * ok: to be believed. unsure: too few assets reported. old: nothing newer came for two windows.
 * missing: there is no value. waiting: the page has not been told yet.
 */
export type Quality = 'ok' | 'unsure' | 'old' | 'missing' | 'waiting'

export interface Moment {
  /** Server time, epoch ms; null before the first message. */
  readonly now: number | null
  /** Event time per wall time. */
  readonly speed: number
  /** Whether a snapshot came: from then on, no cell means no data. */
  readonly loaded: boolean
  /** Only final values are known, which come so much later than provisional ones, ms; else 0 or nothing. */
  readonly settleMs?: number
}

/** Wall time that a value may spend between the device and the screen; event time runs `speed` times as fast. */
const transportMs = 3_000

/** How far the end of a cell's window lies back, ms of event time; 0 while the window is open. */
export function ageOf(cell: Cell, { now }: Pick<Moment, 'now'>): number {
  return now === null ? 0 : Math.max(0, now - cell.window_end)
}

/** Whether nothing newer came for twice the window. */
export function isOld(cell: Cell, moment: Moment): boolean {
  const windowMs = cell.window_end - cell.window_start
  return ageOf(cell, moment) > 2 * windowMs + transportMs * (moment.speed - 1) + (moment.settleMs ?? 0)
}

export function qualityOf(cell: Cell | undefined, minCoverage: number, moment: Moment): Quality {
  if (!cell) return moment.loaded ? 'missing' : 'waiting'
  if (cell.value === null) return 'missing'
  if (isOld(cell, moment)) return 'old'
  return cell.coverage !== null && cell.coverage < minCoverage ? 'unsure' : 'ok'
}

import type { RecordId } from '../../../schemas/records/record.ts'
import type { Item } from './schedule.ts'

/** The doors take what is at most 60 s ahead of their clocks. */
const surelyTakenAheadMs = 20_000
const surelyRefusedAheadMs = 15 * 60_000

/** @throws RangeError for a clock by which one door might take what another one, or the same a little later, refuses */
export function checkClockAhead(aheadMs: number): void {
  if (aheadMs > surelyTakenAheadMs && aheadMs < surelyRefusedAheadMs)
    throw new RangeError(`${aheadMs} ms ahead may be taken by one door and refused by another`)
}

/**
 * @param code why the door refused the item; undefined where it took it
 * @param aheadMs by how much the clock of its gateway was ahead
 * @throws Error where a door took what it must refuse, or refused what it must take
 */
export function checkOutcome(record: RecordId, item: Item, code: string | undefined, aheadMs: number): void {
  const refusable = item.kind === 'broken' || item.kind === 'unknown' || aheadMs >= surelyRefusedAheadMs
  if (refusable === (code !== undefined)) return
  const outcome = code === undefined ? 'was accepted' : `was refused as ${code}`
  throw new Error(`a ${item.kind} reading of ${record} ${outcome}: ${item.text}`)
}

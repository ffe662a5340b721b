import { hash, split, uniform } from '../../../ingest/simulator/random.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import type { Stream } from './province.ts'
import { type Item, Schedule } from './schedule.ts'

/** Most items of one request. */
export const batchItems = 400

const cycleMs = 150_000
const cutOffChance = 0.4
const shortestCutMs = 20_000
const longestCutMs = 120_000

interface Cursor {
  readonly schedule: Schedule
  /** The first slot that was not taken. */
  next: number
}

/**
 * The assets that send through one gateway, and how far it has got. Pure: what is sent when is a function of the seed
 * and of when it is asked; all that is kept is one number per stream.
 */
export class Gateway {
  readonly number: number
  /** By how much its clock is ahead, ms. */
  aheadMs = 0
  private readonly key: number
  private readonly startMs: number
  private readonly cursors = new Map<RecordId, Cursor[]>()

  constructor(number: number, streams: readonly Stream[], seed: number, startMs: number) {
    this.number = number
    this.key = split(split(seed, 'gateway'), String(number))
    this.startMs = startMs
    for (const stream of streams) {
      const cursors = this.cursors.get(stream.record) ?? []
      cursors.push({ schedule: new Schedule(stream, startMs), next: 0 })
      this.cursors.set(stream.record, cursors)
    }
  }

  get records(): readonly RecordId[] {
    return [...this.cursors.keys()]
  }

  /** Whether its line is down at this moment: it goes on collecting, and delivers everything when the line is back. */
  cutOff(nowMs: number): boolean {
    const elapsed = nowMs - this.startMs
    const cycle = Math.floor(elapsed / cycleMs)
    if (uniform(this.key, cycle, 1) >= cutOffChance) return false
    const length = shortestCutMs + (hash(this.key, cycle, 2) % (longestCutMs - shortestCutMs))
    const begin = hash(this.key, cycle, 3) % (cycleMs - length)
    const within = elapsed - cycle * cycleMs
    return within >= begin && within < begin + length
  }

  /** When the oldest slot that was not taken is due, epoch ms. */
  get dueAt(): number {
    let due = Number.POSITIVE_INFINITY
    for (const cursors of this.cursors.values())
      for (const { schedule, next } of cursors) due = Math.min(due, schedule.dueAt(next))
    return due
  }

  /**
   * Takes the next items of a record that are due by `untilMs`, oldest first. A batch ends before an item that
   * contradicts another one in it, so that which of the two was acknowledged first is never in question.
   */
  take(record: RecordId, untilMs: number): Item[] {
    const cursors = this.cursors.get(record) ?? []
    const items: Item[] = []
    const texts = new Map<string, string>()
    while (items.length < batchItems) {
      const cursor = earliest(cursors)
      if (!cursor || cursor.schedule.dueAt(cursor.next) > untilMs) break
      const item = cursor.schedule.item(cursor.next, this.aheadMs)
      if ((texts.get(item.identity) ?? item.text) !== item.text) break
      texts.set(item.identity, item.text)
      items.push(item)
      cursor.next++
    }
    return items
  }
}

function earliest(cursors: readonly Cursor[]): Cursor | undefined {
  let first: Cursor | undefined
  let firstDue = Number.POSITIVE_INFINITY
  for (const cursor of cursors) {
    const due = cursor.schedule.dueAt(cursor.next)
    if (due >= firstDue) continue
    first = cursor
    firstDue = due
  }
  return first
}

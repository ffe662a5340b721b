import type { RecordId } from '../../../schemas/records/record.ts'
import type { LogProgress, RecordProgress } from './log-progress.ts'
import { isFinal, partitionOf, type Subject } from './waiting.ts'

/** Somebody who has work and has not moved between two snapshots, and keeps windows open. */
export interface Standstill {
  readonly record: RecordId
  readonly note: string
}

/**
 * Why windows that are not final stay so, where it is not the course of things: readings that nobody counts, partials
 * that nobody rolls up, a window that every partition has closed and nobody tells. Pure.
 */
export function standstills(
  first: LogProgress,
  now: LogProgress,
  open: readonly Subject[],
): readonly Standstill[] {
  const found = new Map<string, Standstill>()
  for (const subject of open) {
    for (const note of notesOf(first, now, subject)) {
      found.set(`${subject.record}|${note}`, { record: subject.record, note })
    }
  }
  return [...found.values()]
}

function notesOf(first: LogProgress, now: LogProgress, subject: Subject): string[] {
  const { record } = subject
  const [before, after] = [first.records.get(record), now.records.get(record)]
  if (!before || !after || isFinal(subject, now)) return []
  const uncounted = after.aggregated.flatMap(({ at }, partition) => {
    const end = before.high[partition] ?? 0
    if (at >= end || at !== before.aggregated[partition]?.at) return []
    return [`aggregate stands still at offset ${at} of partition ${partition}, which ends at ${end}`]
  })
  if (uncounted.length > 0) return uncounted
  const partition = partitionOf(subject, now.rollup.length)
  const [was, is] = [first.rollup[partition], now.rollup[partition]]
  if (!is) return []
  const end = first.partialEnds[partition] ?? 0
  if (is.at < end) {
    if (is.at !== was?.at) return []
    return [
      `rollup stands still at offset ${is.at} of partition ${partition} of kpi.partial, which ends at ${end}`,
    ]
  }
  const closed = closedByAll(before, record)
  if (subject.windowStart > closed || is.closed[record] !== was?.closed[record]) return []
  return [
    `rollup has not told windows that every partition had closed, the last at ${new Date(closed).toISOString()}`,
  ]
}

/** The newest window that every partition with readings has closed. */
function closedByAll({ base, high, aggregated }: RecordProgress, record: RecordId): number {
  const closed = aggregated.flatMap((task, partition) =>
    (high[partition] ?? base) > base ? [task.closed[record] ?? Number.NEGATIVE_INFINITY] : [],
  )
  return closed.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...closed)
}

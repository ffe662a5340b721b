import type { RecordId } from '../../../schemas/records/record.ts'
import { partialPartition } from '../../windows/partial.ts'
import type { LogProgress, Offsets } from './log-progress.ts'

/** A window of a record type. */
export interface Subject {
  readonly record: RecordId
  readonly windowStart: number
  readonly sizeMs: number
}

/**
 * What may still change a window, one after the other: its readings are stored, aggregate has counted them and named
 * the late ones, rollup has told the window and named what came after, `correct` has computed it again, and the archive
 * has stored what was told.
 */
export const stages = ['archive', 'aggregate', 'rollup', 'correct', 'store'] as const
export type Stage = (typeof stages)[number]

/** Waits until a stage has done everything up to here. */
export interface Waiting {
  readonly stage: Stage
  readonly until: Offsets
}

/** Whether `kpi.late` names the window in what `correct` has not done; undefined where the archive does not know yet. */
export type IsNoticed = (subject: Subject, until: number) => boolean | undefined

/**
 * From what may change the window for what was archived by now.
 * @param through by input partition: its stored row has seen the log up to here, which is further than what is archived
 */
export function waitingFrom(subject: Subject, progress: LogProgress, through?: Offsets): Waiting {
  const { archived = [] } = progress.records.get(subject.record) ?? {}
  return through ? { stage: 'archive', until: through } : { stage: 'aggregate', until: archived }
}

/** As far as the waiting is over; undefined when nothing can change the window any more without new readings. */
export function advance(
  waiting: Waiting,
  subject: Subject,
  progress: LogProgress,
  isNoticed: IsNoticed,
): Waiting | undefined {
  let now: Waiting | undefined = waiting
  while (now && isOver(now, subject, progress, isNoticed)) now = next(now.stage, subject, progress)
  return now
}

/** How far the stage has got with what it is waited for: while this grows, something happens. */
export function position({ stage }: Waiting, subject: Subject, progress: LogProgress): number {
  return sum(offsetsOf(stage, subject, progress))
}

function isOver(
  { stage, until }: Waiting,
  subject: Subject,
  progress: LogProgress,
  isNoticed: IsNoticed,
): boolean {
  const done = offsetsOf(stage, subject, progress)
  if (until.every((offset, i) => (done[i] ?? 0) >= offset)) return true
  return stage === 'correct' && isNoticed(subject, until[0] ?? 0) === false
}

function next(stage: Stage, subject: Subject, progress: LogProgress): Waiting | undefined {
  const { records, partialEnds, corrected, regional } = progress
  switch (stage) {
    case 'archive':
      return { stage: 'aggregate', until: records.get(subject.record)?.archived ?? [] }
    case 'aggregate':
      return { stage: 'rollup', until: [partialEnds[partitionOf(subject, partialEnds.length)] ?? 0] }
    case 'rollup':
      return { stage: 'correct', until: [pendingEnd(corrected, partitionOf(subject, corrected.high.length))] }
    case 'correct':
      return { stage: 'store', until: regional.high }
    case 'store':
      return undefined
  }
}

/** Notices that are gone from the log can be waited for by nobody. */
function pendingEnd({ low, high }: LogProgress['corrected'], partition: number): number {
  const end = high[partition] ?? 0
  return end > (low[partition] ?? 0) ? end : 0
}

function offsetsOf(stage: Stage, subject: Subject, progress: LogProgress): Offsets {
  const { records, rollup, corrected, regional } = progress
  const record = records.get(subject.record)
  switch (stage) {
    case 'archive':
      return record?.archived ?? []
    case 'aggregate':
      return record?.aggregated.map(({ at }) => at) ?? []
    case 'rollup':
      return [rollup[partitionOf(subject, rollup.length)]?.at ?? 0]
    case 'correct':
      return [corrected.done[partitionOf(subject, corrected.done.length)] ?? 0]
    case 'store':
      return regional.done
  }
}

/** Whether rollup has told the window as final. */
export function isFinal(subject: Subject, { rollup }: LogProgress): boolean {
  const through = rollup[partitionOf(subject, rollup.length)]?.closed[subject.record]
  return through !== undefined && subject.windowStart <= through
}

/** In kpi.partial and kpi.late, the partition of a window is its number modulo the partitions. */
export function partitionOf({ windowStart, sizeMs }: Subject, partitions: number): number {
  return partialPartition(windowStart, sizeMs, partitions)
}

function sum(offsets: Offsets): number {
  return offsets.reduce((total, offset) => total + offset, 0)
}

import type { Store } from '../../../platform/clickhouse/select-rows.ts'
import type { Logs } from '../../../platform/epochs/open-log.ts'
import type { OffsetsAdmin } from '../../../platform/kafka/lasting-admin.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { telemetryTopic, topicNames } from '../../../schemas/topics.ts'
import { readArchived } from '../../archive/archive-progress.ts'
import { correctGroup } from '../../correct/correct-runner.ts'
import { rollupGroup } from '../../rollup/rollup.ts'
import { type Checkpoint, parseCheckpoint } from '../../windows/checkpoint.ts'

/** The group in which processors/aggregate runs by default. */
const aggregateGroup = 'citybrain-aggregate'

/** By partition, from 0 on. */
export type Offsets = readonly number[]

/** How far the readings of one record type have got. */
export interface RecordProgress {
  /** The place of offset 0; all that follows are places. */
  readonly base: number
  readonly low: Offsets
  readonly high: Offsets
  /** Everything below is in ClickHouse. */
  readonly archived: Offsets
  readonly aggregated: readonly Task[]
}

/** A task as its last commit tells. */
export interface Task {
  /** What lies below was accounted for, and said. */
  readonly at: number
  /** By record: every window up to this one (start, epoch ms) is closed. */
  readonly closed: Checkpoint['closed']
}

export interface Followed {
  readonly low: Offsets
  readonly high: Offsets
  readonly done: Offsets
}

/**
 * Where everybody stands in the log. Commits were read before ends: who has committed the end of one snapshot in
 * this or a later one has done all there was when it was taken.
 */
export interface LogProgress {
  readonly records: ReadonlyMap<RecordId, RecordProgress>
  /** Tasks of rollup, and the ends of kpi.partial, by its partitions. */
  readonly rollup: readonly Task[]
  readonly partialEnds: Offsets
  /** kpi.late by `correct`, and by the archive. */
  readonly corrected: Followed
  readonly lateArchived: Offsets
  /** kpi.regional and telemetry.rejected by the archive. */
  readonly regional: Followed
  readonly rejected: Followed
}

/**
 * Asks Kafka, and ClickHouse about the archive, where everybody stands.
 * @throws ClickHouseError; Error where a topic does not exist or a checkpoint is not ours
 */
export async function readLogProgress(
  admin: OffsetsAdmin,
  store: Store,
  logs: Logs,
  records: readonly RecordId[],
): Promise<LogProgress> {
  const { partial, late, regional, rejected } = topicNames
  const marks = await readArchived(store)
  const archived = (topic: string) => offsetsOf(marks.get(topic) ?? new Map())
  const [rollup, corrected, ...ofRecords] = await Promise.all([
    tasks(admin, logs, rollupGroup, partial),
    committed(admin, logs, correctGroup, late),
    ...records.map(async record => {
      const topic = telemetryTopic(record)
      return {
        record,
        base: logs.of(topic).base,
        archived: archived(topic),
        aggregated: await tasks(admin, logs, aggregateGroup, topic),
      }
    }),
  ])
  const [partialEnds, lateEnds, regionalEnds, rejectedEnds, ...recordEnds] = await Promise.all(
    [partial, late, regional, rejected, ...records.map(telemetryTopic)].map(topic =>
      ends(admin, logs, topic),
    ),
  )
  if (!partialEnds || !lateEnds || !regionalEnds || !rejectedEnds)
    throw new Error('a topic has no partitions')
  return {
    records: new Map(
      ofRecords.map(({ record, ...progress }, i) => {
        const { low, high } = recordEnds[i] ?? { low: [], high: [] }
        return [record, { low, high, ...progress }]
      }),
    ),
    rollup,
    partialEnds: partialEnds.high,
    corrected: { ...lateEnds, done: corrected },
    lateArchived: archived(late),
    regional: { ...regionalEnds, done: archived(regional) },
    rejected: { ...rejectedEnds, done: archived(rejected) },
  }
}

function offsetsOf(byPartitions: ReadonlyMap<number, number>): Offsets {
  return byPartition(
    [...byPartitions].map(([partition, through]) => ({ partition, through })),
    ({ through }) => through,
    0,
  )
}

async function committed(admin: OffsetsAdmin, logs: Logs, groupId: string, topic: string): Promise<Offsets> {
  const { base } = logs.of(topic)
  const [commits] = await admin.fetchOffsets({ groupId, topics: [topic] })
  return byPartition(commits?.partitions ?? [], ({ offset }) => base + Math.max(0, Number(offset)), base)
}

async function tasks(
  admin: OffsetsAdmin,
  logs: Logs,
  groupId: string,
  topic: string,
): Promise<readonly Task[]> {
  const { base } = logs.of(topic)
  const [commits] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const none: Task = { at: base, closed: {} }
  return byPartition(
    commits?.partitions ?? [],
    ({ offset, metadata }) => {
      const checkpoint = parseCheckpoint(Number(offset), metadata)
      return checkpoint ? { closed: checkpoint.closed, at: base + checkpoint.at } : none
    },
    none,
  )
}

async function ends(
  admin: OffsetsAdmin,
  logs: Logs,
  topic: string,
): Promise<{ low: Offsets; high: Offsets }> {
  const { base } = logs.of(topic)
  const offsets = await admin.fetchTopicOffsets(topic)
  return {
    low: byPartition(offsets, ({ low }) => base + Number(low), base),
    high: byPartition(offsets, ({ high }) => base + Number(high), base),
  }
}

function byPartition<P extends { readonly partition: number }, T>(
  partitions: readonly P[],
  value: (partition: P) => T,
  fallback: T,
): readonly T[] {
  const length = Math.max(0, ...partitions.map(({ partition }) => partition + 1))
  const values = Array.from({ length }, () => fallback)
  for (const partition of partitions) values[partition.partition] = value(partition)
  return values
}

import type { Batch } from 'kafkajs'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { LostOffsets } from './kafkajs-internals.ts'
import { undecodableIn } from './undecodable-batch.ts'

/** Counts what of the log the consumers of one process could not read. */
export type UnreadMetrics = ReturnType<typeof unreadMetrics>

export function unreadMetrics(metrics: Metrics) {
  return {
    undecodable: metrics.counter(
      'undecodable_batches',
      'Record batches that nobody can read: they were passed over',
      ['topic', 'partition'],
    ),
    lost: metrics.counter('lost_offsets', 'Offsets that were gone from the log before they were read', [
      'topic',
      'partition',
    ]),
  }
}

/** Tells, once, what of the log a consumer passes over because it cannot be read. Reading goes on. */
export class UnreadLog {
  private readonly groupId: string
  private readonly log: Log
  private readonly metrics: UnreadMetrics | undefined
  /** By topic and partition: everything below was told. After a rebalance the same is fetched again. */
  private readonly told = new Map<string, number>()

  constructor(groupId: string, log: Log, metrics: UnreadMetrics | undefined) {
    this.groupId = groupId
    this.log = log
    this.metrics = metrics
  }

  fetched(batch: Batch): void {
    const { topic, partition } = batch
    for (const { firstPosition, position, messages, defect, reason } of undecodableIn(batch)) {
      if (!this.isNews(topic, partition, position)) continue
      this.metrics?.undecodable.inc({ topic, partition })
      this.log.error(
        {
          group: this.groupId,
          topic,
          partition,
          first_offset: firstPosition,
          last_offset: position,
          messages,
          defect,
          reason,
        },
        'a record batch cannot be read and is passed over',
      )
    }
  }

  lost({ topic, partition, from, to }: LostOffsets): void {
    const { groupId: group, log, metrics } = this
    if (to < from) {
      log.error(
        { group, topic, partition, wanted: from, begins: to },
        'the log ends before what was read of it',
      )
      return
    }
    if (!this.isNews(topic, partition, to - 1)) return
    metrics?.lost.inc({ topic, partition }, to - from)
    log.error(
      { group, topic, partition, first_offset: from, last_offset: to - 1, messages: to - from },
      'offsets were gone from the log before they were read: its retention is shorter than the lag',
    )
  }

  private isNews(topic: string, partition: number, last: number): boolean {
    const key = `${topic}/${partition}`
    if (last < (this.told.get(key) ?? 0)) return false
    this.told.set(key, last + 1)
    return true
  }
}

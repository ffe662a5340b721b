import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { retryWhileAway } from '../../platform/clickhouse/retry-while-away.ts'
import type { Clock } from '../../platform/clock.ts'
import { CodedError } from '../../platform/errors.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import { readMarks } from './archive-progress.ts'
import type { OffsetSpan } from './pending-batch.ts'
import { sqlTime } from './sinks/regional-rows.ts'

/** How far a partition is stored. */
export interface Mark {
  /** How often its topic was read again from the beginning. */
  readonly round: number
  /** One past the last offset that is stored. */
  readonly through: number
}

export interface ArchiveMarksOptions {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  /** Wall time. */
  readonly clock: Clock
  readonly log: Log
  /** Marks of several topics are gathered for this long and written together, ms. */
  readonly gatherMs?: number
}

/**
 * Writes in ClickHouse itself how far each topic is stored there. Offsets in Kafka say what was stored once; only ClickHouse
 * knows whether it still is. So each mark is compared with the one before it that this process wrote: where that is gone, the
 * folder was deleted or an older state restored, and the process has to begin anew.
 */
export class ArchiveMarks implements Resource {
  readonly name = 'marks of the archive'
  private readonly options: ArchiveMarksOptions
  /** By topic and partition: what ClickHouse has to hold at least. */
  private readonly known = new Map<string, Mark>()
  private due = new Map<string, { readonly topic: string; readonly partition: number; readonly mark: Mark }>()
  private flushing: Promise<void> | undefined
  private readonly stopping = new AbortController()

  constructor(options: ArchiveMarksOptions) {
    this.options = options
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  /** Call after whoever writes marks has stopped. */
  stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'))
    return Promise.resolve()
  }

  /** The marks of a topic by partition. Waits while ClickHouse is away. @throws the signal's reason */
  async find(topic: string, signal: AbortSignal): Promise<ReadonlyMap<number, Mark>> {
    const { log } = this.options
    const all = await retryWhileAway(() => readMarks(this.options), {
      what: 'marks of the archive',
      log,
      signal,
    })
    for (const key of this.known.keys()) if (key.startsWith(`${topic}/`)) this.known.delete(key)
    const found = new Map<number, Mark>()
    for (const { topic: of, partition, round, through } of all) {
      if (of !== topic) continue
      found.set(partition, { round, through })
      this.known.set(keyOf(topic, partition), { round, through })
    }
    return found
  }

  /** Where these partitions are read from; with a new round, what was marked before counts no more. */
  begin(topic: string, marks: ReadonlyMap<number, Mark>, signal: AbortSignal): Promise<void> {
    if (marks.size === 0) return Promise.resolve()
    for (const [partition, mark] of marks) this.due.set(keyOf(topic, partition), { topic, partition, mark })
    return this.flushed(signal)
  }

  /**
   * Marks what was stored; resolves once ClickHouse has the mark. Waits while it is away.
   * @throws CodedError `archive_store_changed`, the signal's reason
   */
  note(topic: string, spans: readonly OffsetSpan[], signal: AbortSignal): Promise<void> {
    for (const { partition, through } of spans) {
      const key = keyOf(topic, partition)
      const { round, through: before } = this.due.get(key)?.mark ??
        this.known.get(key) ?? { round: 0, through: 0 }
      this.due.set(key, { topic, partition, mark: { round, through: Math.max(before, through) } })
    }
    return this.flushed(signal)
  }

  /** A flush that begins after this call, or the one that waits for others to join it. */
  private async flushed(signal: AbortSignal): Promise<void> {
    const { gatherMs = 250 } = this.options
    this.flushing ??= sleep(gatherMs).then(() => this.flush())
    const { flushing } = this
    const aborted = Promise.withResolvers<never>()
    const abort = () => aborted.reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    try {
      await Promise.race([flushing, aborted.promise])
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  private async flush(): Promise<void> {
    const { log } = this.options
    const { due } = this
    this.due = new Map()
    this.flushing = undefined
    await retryWhileAway(() => this.write([...due.values()]), {
      what: 'marks of the archive',
      log,
      signal: this.stopping.signal,
    })
    for (const [key, { mark }] of due) this.known.set(key, newer(mark, this.known.get(key)))
  }

  private async write(
    due: readonly { readonly topic: string; readonly partition: number; readonly mark: Mark }[],
  ): Promise<void> {
    const { clickhouse, database, clock } = this.options
    const stored = new Map((await readMarks(this.options)).map(row => [keyOf(row.topic, row.partition), row]))
    for (const { topic, partition } of due)
      this.requireHeld(topic, partition, stored.get(keyOf(topic, partition)))
    await clickhouse.insert({
      table: `${database}.archived_store`,
      columns: ['topic', 'kafka_partition', 'round', 'through_offset', 'stored_at'],
      format: 'JSONEachRow',
      values: due.map(({ topic, partition, mark: { round, through } }) => ({
        topic,
        kafka_partition: partition,
        round,
        through_offset: through,
        stored_at: sqlTime(clock.now()),
      })),
    })
  }

  private requireHeld(topic: string, partition: number, stored: Mark | undefined): void {
    const known = this.known.get(keyOf(topic, partition))
    if (known === undefined || (stored !== undefined && !isOlder(stored, known))) return
    throw new CodedError(
      'archive_store_changed',
      `ClickHouse held ${topic} partition ${partition} up to offset ${known.through} and now ${stored ? `only up to ${stored.through}` : 'nothing of it'}`,
      {
        hint: 'it was emptied, or an older state of it restored: the archive starts anew and reads the log again',
      },
    )
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}

function isOlder(left: Mark, right: Mark): boolean {
  return left.round < right.round || (left.round === right.round && left.through < right.through)
}

function newer(mark: Mark, other: Mark | undefined): Mark {
  return other && isOlder(mark, other) ? other : mark
}

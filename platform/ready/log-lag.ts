import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type { Clock } from '../clock.ts'
import { messageOf } from '../errors.ts'
import { LastingAdmin } from '../kafka/lasting-admin.ts'
import type { Resource } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import type { Readiness } from './readiness.ts'

/** Where a reader stands in one partition: the offset that it takes next. */
export interface Standing {
  readonly topic: string
  readonly partition: number
  readonly next: number
}

/** Something that reads topics and knows where it stands in them. */
export interface LogReader {
  readonly topics: readonly string[]
  /** Of the partitions that are its own now; undefined while it does not know yet. */
  standings(): Iterable<Standing> | undefined
  /** Told where a partition ends, now and then. */
  observeEnd?(partition: number, end: number): void
}

/** Where the partitions of a topic end, and when that was asked, epoch ms of wall time. */
export interface Ends {
  readonly at: number
  readonly byPartition: ReadonlyMap<number, number>
}

/** Messages between a reader and the ends of its partitions. */
export function lagOf(standings: Iterable<Standing>, topic: string, ends: Ends): number {
  let lag = 0
  for (const standing of standings) {
    if (standing.topic !== topic) continue
    lag += Math.max(0, (ends.byPartition.get(standing.partition) ?? standing.next) - standing.next)
  }
  return lag
}

/** How often the ends are asked for, ms: a lag that is so old is no less true. */
const everyMs = 10_000
/** Ends older than this say nothing of now, ms. */
const oldestMs = 3 * everyMs

/** Why a reader is not where the log of a topic ends, or null. */
export function behind(
  reader: LogReader,
  topic: string,
  ends: Ends | undefined,
  now: number,
  limit: number,
): string | null {
  const standings = reader.standings()
  if (standings === undefined) return 'not known yet where it goes on'
  if (ends === undefined) return 'not known yet where it ends'
  if (now - ends.at > oldestMs) {
    return `not known for ${Math.round((now - ends.at) / 1000)} s where it ends`
  }
  const lag = lagOf(standings, topic, ends)
  return lag <= limit ? null : `${lag} messages, limit ${limit}`
}

export interface LagWatchOptions {
  readonly kafka: Kafka
  readonly readers: readonly LogReader[]
  /** Most messages that a reader may be behind in a topic. */
  readonly limit: number
  readonly readiness: Readiness
  /** Wall time. */
  readonly clock: Clock
  readonly log: Log
}

/** Asks where the topics end that are read here: a reader that hangs, or is paused, hears of no end itself. */
export class LagWatch implements Resource {
  readonly name = 'lag watch'
  private readonly options: LagWatchOptions
  private readonly admin: LastingAdmin
  private readonly readers = new Map<string, readonly LogReader[]>()
  private readonly ends = new Map<string, Ends>()
  private readonly stopping = new AbortController()
  private looking: Promise<void> | undefined

  constructor(options: LagWatchOptions) {
    const { kafka, readers, readiness, clock, limit } = options
    this.options = options
    this.admin = new LastingAdmin(kafka, everyMs)
    for (const topic of new Set(readers.flatMap(reader => reader.topics))) {
      const of = readers.filter(reader => reader.topics.includes(topic))
      this.readers.set(topic, of)
      readiness.require(`lag of ${topic}`, () => {
        const ends = this.ends.get(topic)
        return of.map(reader => behind(reader, topic, ends, clock.now(), limit)).find(Boolean) ?? null
      })
    }
  }

  async start(): Promise<void> {
    this.looking ??= this.keepLooking()
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'))
    await this.admin.disconnect()
  }

  private async keepLooking(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      for (const [topic, readers] of this.readers) await this.look(topic, readers)
      await sleep(everyMs, undefined, { signal }).catch(() => undefined)
    }
  }

  private async look(topic: string, readers: readonly LogReader[]): Promise<void> {
    const { clock, log } = this.options
    if (this.stopping.signal.aborted) return
    try {
      const ends = await this.admin.fetchTopicOffsets(topic)
      const byPartition = new Map(ends.map(({ partition, high }) => [partition, Number(high)]))
      this.ends.set(topic, { at: clock.now(), byPartition })
      for (const reader of readers) {
        for (const [partition, end] of byPartition) reader.observeEnd?.(partition, end)
      }
    } catch (error) {
      if (!this.stopping.signal.aborted)
        log.debug({ topic, reason: messageOf(error) }, 'end of topic not known')
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { topicNames } from '../../schemas/topics.ts'
import { CodedError, messageOf } from '../errors.ts'
import { topicIds } from '../kafka/log-ids.ts'
import type { TopicFollower } from '../kafka/topic-follower.ts'
import type { Resource } from '../lifecycle.ts'
import type { Logs, OpenLog } from './open-log.ts'
import { type EpochsOptions, epochsFollower, KnownEpochs, logOf, logsOf, openOf } from './read-epochs.ts'

export interface LogEpochsOptions extends EpochsOptions {
  /** Whose logs are waited for and watched. */
  readonly topics: readonly string[]
  /** Ends the process: it begins anew with what the logs are then. */
  readonly fail: (error: unknown) => void
  readonly watchEveryMs?: number
}

const pollMs = 500
const sayAfterMs = 10_000

/**
 * The logs that the topics of a process are. Starting waits until archive, which has what is known of earlier logs, has
 * opened all of them. From then on they are watched: when a topic is deleted or created again, what the process knows belongs
 * to a log that is gone, so it ends with `log_changed` and is started again by whoever runs it.
 */
export class LogEpochs implements Resource, Logs {
  readonly name = 'logs'
  private readonly options: LogEpochsOptions
  private readonly stopping = new AbortController()
  private readonly follower: TopicFollower
  private readonly known: KnownEpochs
  private logs: Logs | undefined
  private watching: Promise<void> | undefined

  constructor(options: LogEpochsOptions) {
    this.options = options
    this.known = new KnownEpochs(options.registry)
    this.follower = epochsFollower(options, this.known)
  }

  /** @throws Error before it is started */
  of(topic: string): OpenLog {
    if (!this.logs) throw new Error('logs: not started')
    return topic === topicNames.epochs ? ofEpochs : this.logs.of(topic)
  }

  async start(): Promise<void> {
    await this.follower.start()
    this.logs = await this.untilOpen()
    await this.follower.stop()
    this.watching = this.watch().catch(error => {
      if (!this.stopping.signal.aborted) this.options.fail(error)
    })
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'))
    await this.watching
    await this.follower.stop()
  }

  private async untilOpen(): Promise<Logs> {
    const { kafka, topics, log } = this.options
    const { signal } = this.stopping
    for (let waitedMs = 0; ; waitedMs += pollMs) {
      const { open, missing } = openOf(topics, await topicIds(kafka, topics), this.known)
      if (missing.length === 0) return logsOf(open)
      if (waitedMs % sayAfterMs === 0 && waitedMs > 0) {
        log.warn({ topics: missing }, 'waiting for archive, which opens new logs')
      }
      await sleep(pollMs, undefined, { signal })
    }
  }

  private async watch(): Promise<never> {
    const { watchEveryMs = 5_000 } = this.options
    const { signal } = this.stopping
    let suspected: string | undefined
    for (;;) {
      await sleep(watchEveryMs, undefined, { signal })
      const changed = await this.changed()
      // One broker answers of what it has heard, which may be late: it has to say so twice.
      if (changed !== undefined && changed === suspected) throw logChanged(changed)
      suspected = changed
    }
  }

  /** A topic whose log is another one or gone. A broker that is away is waited for. */
  private async changed(): Promise<string | undefined> {
    const { kafka, topics, log } = this.options
    try {
      const ids = await topicIds(kafka, topics)
      return topics.find(topic => logOf(ids, topic) !== this.of(topic).log)
    } catch (error) {
      if (error instanceof CodedError) throw error
      log.debug({ reason: messageOf(error) }, 'the ids of the topics are not known')
      return undefined
    }
  }
}

/** Where it stands which log a topic is cannot itself be told apart in this way; its rows are known by topic and base. */
const ofEpochs: OpenLog = { log: 'epochs', base: 0, closedUntil: null }

function logChanged(topic: string): CodedError {
  return new CodedError('log_changed', `${topic} was deleted, and is another log or none`, {
    hint: 'the process starts again; what it reads from then on belongs to the new log',
  })
}

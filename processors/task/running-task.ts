import type { KafkaMessage } from 'kafkajs'
import { type Checkpoint, checkpointMetadata } from '../windows/checkpoint.ts'
import { LogPosition } from './log-position.ts'
import type { Restored } from './restore.ts'
import type { Task } from './task.ts'

/** What a committed offset looks like to Kafka. */
interface Commit {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly metadata: string
}

/** A task of this member, and how far it has got with the broker. */
export class RunningTask {
  readonly topic: string
  readonly partition: number
  readonly restored: Restored
  readonly task: Task
  readonly position: LogPosition
  lastMessageAt: number
  /** Ends with the newest flush: one follows the other. */
  flushing: Promise<void> = Promise.resolve()
  private processing: Promise<void> = Promise.resolve()
  private pending: Commit | undefined
  private committed: Commit | undefined

  constructor(restored: Restored, task: Task, now: number) {
    this.restored = restored
    this.task = task
    this.topic = restored.topic
    this.partition = restored.partition
    this.lastMessageAt = now
    this.position = new LogPosition(restored.start)
  }

  /** One batch after the other: after a lost heartbeat kafkajs delivers again what is still being worked on. */
  inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.processing.then(work)
    // Whoever gave it hears of its failure.
    this.processing = done.catch(() => undefined)
    return done
  }

  /** What was said up to this checkpoint is in the log. */
  acknowledge(checkpoint: Checkpoint): void {
    const { topic, partition } = this
    this.pending = {
      topic,
      partition,
      offset: String(checkpoint.offset),
      metadata: checkpointMetadata(checkpoint, this.restored.log.log),
    }
  }

  /** The newest acknowledged checkpoint, unless it says what was committed last. */
  get toCommit(): Commit | undefined {
    const { pending, committed } = this
    const same = pending?.offset === committed?.offset && pending?.metadata === committed?.metadata
    return same ? undefined : pending
  }

  hasCommitted(commit: Commit): void {
    this.committed = commit
  }
}

/** After going back, a batch may begin with what was processed already. */
export function from(messages: readonly KafkaMessage[], offset: number): readonly KafkaMessage[] {
  const [first] = messages
  if (!first || Number(first.offset) >= offset) return messages
  return messages.filter(message => Number(message.offset) >= offset)
}

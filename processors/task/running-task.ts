import type { KafkaMessage } from 'kafkajs'
import { type Checkpoint, checkpointMetadata } from '../windows/checkpoint.ts'
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
  lastMessageAt: number
  /** Ends with the newest flush: one follows the other. */
  flushing: Promise<void> = Promise.resolve()
  /** The offset that the next batch must not begin above. */
  private expected: number
  /** Where the consumer was sent back to, last. */
  private sought = -1
  private pending: Commit | undefined
  private committed: Commit | undefined

  constructor(restored: Restored, task: Task, now: number) {
    this.restored = restored
    this.task = task
    this.topic = restored.topic
    this.partition = restored.partition
    this.lastMessageAt = now
    this.expected = restored.start
  }

  /**
   * Whether a batch may be processed. One that begins above what comes next is of another time: between kafkajs reading
   * the committed offset and us reading it another member may have moved it, and a batch fetched before a rebalance may
   * arrive after it. The consumer goes back once; what begins there again has nothing before it in the log any more.
   */
  place(first: number): 'next' | 'ahead' | 'after a gap' {
    if (first <= this.expected) return 'next'
    if (this.sought === this.expected) return 'after a gap'
    this.sought = this.expected
    return 'ahead'
  }

  get expectedOffset(): number {
    return this.expected
  }

  /** Everything up to this offset has been processed. */
  processed(last: number): void {
    this.expected = last + 1
  }

  /** What was said up to this checkpoint is in the log. */
  acknowledge(checkpoint: Checkpoint): void {
    const { topic, partition } = this
    this.pending = {
      topic,
      partition,
      offset: String(checkpoint.offset),
      metadata: checkpointMetadata(checkpoint),
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

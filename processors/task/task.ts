import type { KafkaMessage } from 'kafkajs'
import type { Output } from '../publish/publisher.ts'
import type { Checkpoint } from '../windows/checkpoint.ts'

/** What a task has to say, and how far it may be committed once that is acknowledged. */
export interface Flush {
  readonly output: Output
  readonly checkpoint: Checkpoint
}

/**
 * The processing of one input partition. Its state is a function of the log from its checkpoint on:
 * it is dropped when the partition is taken away, and built again from the checkpoint by whoever gets it.
 */
export interface Task {
  /** One past the last offset processed. */
  readonly nextOffset: number
  /** Something was said that must not wait for the next tick: a window closed, a reading came late. */
  readonly urgent: boolean
  /** Messages in log order, each once. */
  process(messages: readonly KafkaMessage[]): Promise<void>
  /** Up to this offset the log holds nothing more: the end of a transaction, or what nobody can read. */
  skip(offset: number): void
  /** The partition was read to its end and nothing came for the idle timeout. */
  idle(): void
  /** A lot to say is said in several: the task stays urgent until all is. @param changed also what is provisional. */
  flush(changed: boolean): Flush
}

import type { LogMessage } from '../pending-batch.ts'

/** Where the messages of one topic are written. */
export interface Sink {
  /**
   * Writes all of these, acknowledged, waiting as long as ClickHouse is away; repeating it changes nothing.
   * @param round how often the log was read again because ClickHouse had lost it: an insert of an earlier round is no repetition
   * @throws Poisoned when at least one of them can never be written; the signal's reason when that aborts.
   */
  write(messages: readonly LogMessage[], signal: AbortSignal, round: number): Promise<void>
}

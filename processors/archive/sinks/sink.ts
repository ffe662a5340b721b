import type { LogMessage } from '../pending-batch.ts'

/** Where the messages of one topic are written. */
export interface Sink {
  /**
   * Writes all of these, acknowledged, waiting as long as ClickHouse is away; repeating it changes nothing.
   * @throws Poisoned when at least one of them can never be written; the signal's reason when that aborts.
   */
  write(messages: readonly LogMessage[], signal: AbortSignal): Promise<void>
}

/** The Avro record `log_epoch`. */
export interface LogEpoch {
  readonly topic: string
  /** Cluster id and topic id. */
  readonly log: string
  readonly base: number
  /** Epoch ms. */
  readonly closed_until: number | null
  /** Wall time, epoch ms. */
  readonly opened_at: number
}

/**
 * The log that a topic is now. A topic that was deleted and created again, or is in another cluster, is another log: its
 * offsets begin at 0 again and say nothing beside those of the log before. What is compared, stored or added up is
 * therefore a place, `base` + offset: places of a later log are greater than all of the logs before it.
 */
export interface OpenLog {
  /** Cluster id and topic id: stands in what is committed, which means something in this log only. */
  readonly log: string
  /** The place of offset 0. */
  readonly base: number
  /**
   * Event time, epoch ms: windows that hold it or begin before it may have readings in a log before this one, and are never
   * closed by what is read here. Null in the first log.
   */
  readonly closedUntil: number | null
}

/** Which logs the topics are. */
export interface Logs {
  of(topic: string): OpenLog
}

/** Later logs begin at a multiple of this, well beyond what may have been said of the log before and is not stored. */
const step = 1_000_000_000

/** The base of a log that follows one of which places below `reach` are known. */
export function nextBase(reach: number): number {
  return (Math.floor(reach / step) + 2) * step
}

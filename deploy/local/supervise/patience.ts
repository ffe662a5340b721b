/** How long the launcher waits for a part before it does something about it. */
export interface Patience {
  /** A start in which nothing new happens for this long is given up, ms. */
  readonly startMs: number
  /** A part that does not answer for this long is killed and started again, ms; 0: never. */
  readonly hangMs: number
}

/**
 * Neither counts time in which a process waited for a processor, so that a busy machine is no reason. Twenty seconds are
 * longer than any work of ours keeps an event loop busy.
 */
export const defaultPatience: Patience = { startMs: 300_000, hangMs: 20_000 }

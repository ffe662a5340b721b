const firstMs = 500
const longestMs = 30_000

/** Pause before restart number `attempt` (from 1), milliseconds: doubling, up to half a minute. */
export function backoffMs(attempt: number): number {
  return Math.min(firstMs * 2 ** Math.max(0, attempt - 1), longestMs)
}

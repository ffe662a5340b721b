const everyMs = 1_000

/**
 * Waits for work that may take longer than a session of the consumer group, and says meanwhile that this member lives.
 * kafkajs drops a heartbeat that is not due yet.
 * @throws what a heartbeat throws, a rebalance for one: the work goes on, and must find out by itself that its partition
 *   may be another's now
 */
export async function withHeartbeats(work: Promise<void>, heartbeat: () => Promise<void>): Promise<void> {
  const refused = Promise.withResolvers<never>()
  const timer = setInterval(() => heartbeat().catch(refused.reject), everyMs)
  try {
    await Promise.race([work, refused.promise])
  } finally {
    clearInterval(timer)
  }
}

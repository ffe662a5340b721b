import { setTimeout as sleep } from 'node:timers/promises'
import type { Producer, RetryOptions } from 'kafkajs'

/**
 * A producer that repeats a send as a whole, or not at all. kafkajs repeats by broker: when it has the answer of one
 * broker and the leadership of a partition moves to that one before another has answered, it never sends that partition's
 * messages and reports success (2.2.4, src/producer/sendMessages.js). What is sent twice is harmless here; what is lost
 * is not.
 * @param producer one that does not repeat anything itself: made with `retry: { retries: 0 }`
 */
export function wholeSends(producer: Producer, retry: RetryOptions): Producer {
  const { retries = 5, initialRetryTime = 300, maxRetryTime = 30_000 } = retry
  let disconnected = false
  const repeated = async <T>(send: () => Promise<T>): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await send()
      } catch (error) {
        if (disconnected || attempt >= retries || !mayPass(error)) throw error
        await sleep(pauseMs(attempt, initialRetryTime, maxRetryTime))
      }
    }
  }
  return {
    ...producer,
    send: record => repeated(() => producer.send(record)),
    sendBatch: batch => repeated(() => producer.sendBatch(batch)),
    disconnect: () => {
      disconnected = true
      return producer.disconnect()
    },
  }
}

/** Twice as long each time; half of it is left to chance, so that clients do not come back all at once. */
function pauseMs(attempt: number, firstMs: number, longestMs: number): number {
  const full = Math.min(firstMs * 2 ** Math.min(attempt, 30), longestMs)
  return full * (0.5 + 0.5 * Math.random())
}

/** What may pass comes as it is, or as the last of the tries that kafkajs was not to make. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'KafkaJSNumberOfRetriesExceeded' || ('retriable' in error && error.retriable === true)
}

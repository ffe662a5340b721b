import type { Producer, ProducerRecord } from 'kafkajs'

/**
 * Resolves when every replica that must has the messages. Somebody waits for it: after `patienceMs` they are told that
 * it failed, although it may still be written.
 * @throws Error of the producer, or that Kafka does not acknowledge.
 */
export async function sendWithin(
  producer: Producer,
  record: Omit<ProducerRecord, 'acks'>,
  patienceMs: number,
): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('Kafka does not acknowledge')), patienceMs)
  try {
    await Promise.race([producer.send({ ...record, acks: -1 }), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

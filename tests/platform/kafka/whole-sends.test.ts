import type { Producer, ProducerBatch } from 'kafkajs'
import { expect, test } from 'vitest'
import { wholeSends } from '../../../platform/kafka/whole-sends.ts'

class KafkaError extends Error {
  readonly retriable: boolean

  constructor(message: string, retriable: boolean) {
    super(message)
    this.retriable = retriable
  }
}

/** Only what is called here; each send takes the next outcome. */
function producer(outcomes: (Error | undefined)[], sent: unknown[]): Producer {
  const send = async (batch: unknown) => {
    sent.push(batch)
    const error = outcomes.shift()
    if (error) throw error
    return []
  }
  return { send, sendBatch: send, disconnect: async () => undefined } as unknown as Producer
}

const retry = { retries: 5, initialRetryTime: 1, maxRetryTime: 1 }
const batch: ProducerBatch = { topicMessages: [{ topic: 't', messages: [{ value: 'a' }, { value: 'b' }] }] }

test('a send that failed in a part is repeated as a whole', async () => {
  const sent: unknown[] = []
  await wholeSends(producer([new KafkaError('not the leader', true), undefined], sent), retry).sendBatch(
    batch,
  )
  expect(sent).toEqual([batch, batch])
})

test('the last of the tries that were not made is a try', async () => {
  const sent: unknown[] = []
  const exceeded = Object.assign(new KafkaError('not the leader', false), {
    name: 'KafkaJSNumberOfRetriesExceeded',
  })
  await wholeSends(producer([exceeded, undefined], sent), retry).sendBatch(batch)
  expect(sent).toHaveLength(2)
})

test('what can never be sent is tried once', async () => {
  const sent: unknown[] = []
  const whole = wholeSends(producer([new KafkaError('too large', false)], sent), retry)
  await expect(whole.sendBatch(batch)).rejects.toThrow('too large')
  expect(sent).toHaveLength(1)
})

test('it gives up after the retries it was given, or when it is disconnected', async () => {
  const away = () => Array.from({ length: 9 }, () => new KafkaError('away', true))
  const sent: unknown[] = []
  await expect(wholeSends(producer(away(), sent), retry).sendBatch(batch)).rejects.toThrow('away')
  expect(sent).toHaveLength(6)

  const afterwards: unknown[] = []
  const whole = wholeSends(producer(away(), afterwards), retry)
  await whole.disconnect()
  await expect(whole.sendBatch(batch)).rejects.toThrow('away')
  expect(afterwards).toHaveLength(1)
})

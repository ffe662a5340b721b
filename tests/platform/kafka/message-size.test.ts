import type { Producer, ProducerBatch, ProducerRecord } from 'kafkajs'
import { expect, test } from 'vitest'
import { fittingSends } from '../../../platform/kafka/message-size.ts'
import { mostMessageBytes } from '../../../schemas/topics.ts'

const large = { key: 'k1', value: 'x'.repeat(mostMessageBytes) }
const fits = { key: 'k2', value: 'x'.repeat(mostMessageBytes - 100) }

/** Only what is called here. */
function fitting(sent: unknown[]): Producer {
  const send = async (what: unknown) => {
    sent.push(what)
    return []
  }
  return fittingSends({ send, sendBatch: send } as unknown as Producer)
}

test('a message that no broker takes is not sent, and named', async () => {
  const sent: unknown[] = []
  const producer = fitting(sent)
  const record: ProducerRecord = { topic: 'alert.events', messages: [fits, large] }
  const named = {
    code: 'message_too_large',
    message: expect.stringMatching(/alert\.events.*"k1".*1000034 bytes/),
  }
  await expect(producer.send(record)).rejects.toMatchObject(named)
  await expect(producer.sendBatch({ topicMessages: [record] })).rejects.toMatchObject(named)
  expect(sent).toEqual([])
})

test('what a broker takes is sent as it is', async () => {
  const sent: unknown[] = []
  const batch: ProducerBatch = {
    topicMessages: [{ topic: 't', messages: [fits, { key: null, value: null }] }],
  }
  await fitting(sent).sendBatch(batch)
  expect(sent).toEqual([batch])
})

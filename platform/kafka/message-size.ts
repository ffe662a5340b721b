import type { Message, Producer } from 'kafkajs'
import { mostMessageBytes } from '../../schemas/topics.ts'
import { CodedError } from '../errors.ts'

/** Offset, timestamp and lengths of a message, at most. */
const overheadBytes = 32

/** What a message takes of a record batch that is not compressed, bytes. */
export function sizeOf({ key, value }: Pick<Message, 'key' | 'value'>): number {
  return bytesOf(key) + bytesOf(value) + overheadBytes
}

function bytesOf(part: Buffer | string | null | undefined): number {
  return part ? Buffer.byteLength(part) : 0
}

/** Null where a broker takes the message; else an error `message_too_large` that names topic, key and size. */
export function tooLarge(topic: string, message: Pick<Message, 'key' | 'value'>): CodedError | null {
  const bytes = sizeOf(message)
  if (bytes <= mostMessageBytes) return null
  const key = message.key?.toString().slice(0, 200) ?? null
  return new CodedError(
    'message_too_large',
    `a message of ${topic} with key ${JSON.stringify(key)} has ${bytes} bytes, at most ${mostMessageBytes} are sent`,
    { hint: 'docs/topics.md says what bounds the messages of each topic' },
  )
}

/**
 * A producer that sends nothing of what has a message in it that is too large, and says which: the broker's refusal would
 * name a request, not a message.
 */
export function fittingSends(producer: Producer): Producer {
  const require = (topic: string, messages: readonly Message[]): void => {
    for (const message of messages) {
      const problem = tooLarge(topic, message)
      if (problem) throw problem
    }
  }
  return {
    ...producer,
    send: async record => {
      require(record.topic, record.messages)
      return producer.send(record)
    },
    sendBatch: async batch => {
      for (const { topic, messages } of batch.topicMessages ?? []) require(topic, messages)
      return producer.sendBatch(batch)
    },
  }
}

import type { TopicMessages } from 'kafkajs'
import { sizeOf } from '../../platform/kafka/message-size.ts'

/** Below what brokers take by default (message.max.bytes 1,048,588), with room for what the format adds. */
const maxRequestBytes = 800_000

/** The same messages in the same order, as requests that a broker takes. A larger message goes by itself. */
export function requests(
  topicMessages: readonly TopicMessages[],
  maxBytes = maxRequestBytes,
): TopicMessages[][] {
  const all: TopicMessages[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const { topic, messages } of topicMessages) {
    for (const message of messages) {
      const size = sizeOf(message)
      bytes += size
      if (bytes > maxBytes) {
        all.push([])
        bytes = size
      }
      const request = all.at(-1) ?? []
      const last = request.at(-1)
      if (last?.topic === topic) last.messages.push(message)
      else request.push({ topic, messages: [message] })
    }
  }
  return all
}

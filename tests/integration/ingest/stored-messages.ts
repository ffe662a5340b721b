import type { Kafka } from 'kafkajs'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import { createLog } from '../../../platform/log.ts'

export interface Stored {
  readonly partition: number
  readonly offset: number
  readonly key: string | undefined
  readonly value: Record<string, unknown>
}

/** Everything that is in a topic now and decodes; `key` names which messages to decode at all. */
export async function storedMessages(
  kafka: Kafka,
  registry: SchemaRegistry,
  topic: string,
  isWanted: (key: string | undefined) => boolean = () => true,
): Promise<readonly Stored[]> {
  const reader = new AvroReader<Record<string, unknown>>(registry, topic)
  const all: Stored[] = []
  const follower = new TopicFollower({
    kafka,
    topic,
    follower: 'test',
    from: 'beginning',
    log: createLog('test', 'silent'),
    onMessages: async (messages, partition) => {
      const wanted = messages.filter(({ key }) => isWanted(key?.toString()))
      await reader.prepare(wanted)
      for (const { key, value, offset } of wanted) {
        if (!value) continue
        all.push({ partition, offset: Number(offset), key: key?.toString(), value: reader.decode(value) })
      }
    },
  })
  await follower.start()
  await follower.stop()
  return all
}

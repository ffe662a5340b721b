import { avroWriter } from '../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import { readConfig } from '../../platform/config.ts'
import type { LogEpoch } from '../../platform/epochs/open-log.ts'
import { logOf } from '../../platform/epochs/read-epochs.ts'
import { ensureTopics } from '../../platform/kafka/ensure-topics.ts'
import { kafkaClient, kafkaSettings } from '../../platform/kafka/kafka-client.ts'
import { topicIds } from '../../platform/kafka/log-ids.ts'
import { createLog } from '../../platform/log.ts'
import { openedTopics, topicNames } from '../../schemas/topics.ts'

/** What archive does on a new cluster, for processes that are started without it. */
export async function openFirstLogs(kafkaBrokers: string, registryUrl: string): Promise<void> {
  const config = readConfig(kafkaSettings, { KAFKA_BROKERS: kafkaBrokers })
  const kafka = kafkaClient(config, 'test-logs', createLog('test', 'silent'))
  await ensureTopics(kafka)
  const ids = await topicIds(kafka, openedTopics)
  const writer = await avroWriter<LogEpoch>(new SchemaRegistry(registryUrl), topicNames.epochs)
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({
    topic: topicNames.epochs,
    acks: -1,
    messages: openedTopics.map(topic => {
      const log = logOf(ids, topic) ?? ''
      const epoch: LogEpoch = { topic, log, base: 0, closed_until: null, opened_at: Date.now() }
      return { key: topic, value: writer.encode(epoch) }
    }),
  })
  await producer.disconnect()
}

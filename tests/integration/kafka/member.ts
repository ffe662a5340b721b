import { readConfig } from '../../../platform/config.ts'
import { kafkaClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { createLog } from '../../../platform/log.ts'

/** `member.ts GROUP TOPIC`: joins the group and says so with its partitions; to be killed. */
const [groupId = '', topic = ''] = process.argv.slice(2)
const kafka = kafkaClient(readConfig(kafkaSettings, process.env), 'member', createLog('member', 'silent'))
const consumer = kafka.consumer({ groupId })
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  process.stdout.write(`${JSON.stringify(payload.memberAssignment[topic] ?? [])}\n`)
})
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({ eachMessage: async () => undefined })

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import avro from 'avsc'
import { Kafka, logLevel } from 'kafkajs'
import { expect, inject, test } from 'vitest'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { pythonWith } from './venv.ts'

const run = promisify(execFile)
const python = await pythonWith(['confluent-kafka[avro,schemaregistry]'])

const topic = 'python-reads'
const schema = {
  type: 'record',
  name: 'Reading',
  fields: [
    { name: 'asset_id', type: 'string' },
    { name: 'power_w', type: ['null', 'double'], default: null },
    { name: 'state', type: { type: 'enum', name: 'State', symbols: ['open', 'closed'] } },
  ],
} as const
const wider = { ...schema, fields: [...schema.fields, { name: 'phase', type: 'int', default: 1 }] } as const

test.skipIf(python === null)(
  'the Python AvroDeserializer reads a topic, across schema versions',
  async () => {
    const registry = new SchemaRegistry(inject('registryUrl'))
    const kafka = new Kafka({ brokers: [inject('kafkaBrokers')], logLevel: logLevel.NOTHING })
    const message = async (definition: typeof schema | typeof wider, value: { asset_id: string }) => {
      const header = Buffer.alloc(5)
      header.writeInt32BE(await registry.register(`${topic}-value`, JSON.stringify(definition)), 1)
      const type = avro.Type.forSchema(definition as unknown as avro.Schema)
      return { key: value.asset_id, value: Buffer.concat([header, type.toBuffer(value)]) }
    }
    const first = { asset_id: 'rack-1', power_w: 12.5, state: 'open' }
    const second = { asset_id: 'rack-2', power_w: null, state: 'closed', phase: 3 }

    const admin = kafka.admin()
    const producer = kafka.producer()
    await Promise.all([admin.connect(), producer.connect()])
    try {
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
      await producer.send({
        topic,
        acks: -1,
        messages: [await message(schema, first), await message(wider, second)],
      })
    } finally {
      await Promise.all([admin.disconnect(), producer.disconnect()])
    }

    const script = join(import.meta.dirname, 'read_topic.py')
    const { stdout } = await run(python ?? '', [
      script,
      inject('kafkaBrokers'),
      inject('registryUrl'),
      topic,
      '2',
    ])
    expect(JSON.parse(stdout)).toEqual([
      { key: 'rack-1', value: { asset_id: 'rack-1', power_w: 12.5, state: 'open' } },
      { key: 'rack-2', value: { asset_id: 'rack-2', power_w: null, state: 'closed', phase: 3 } },
    ])
  },
)

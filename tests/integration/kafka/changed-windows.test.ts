import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { exitCode } from '../../../platform/errors.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { parseCheckpoint } from '../../../processors/windows/checkpoint.ts'
import { telemetryTopic } from '../../../schemas/topics.ts'
import { testKafka } from '../archive/rack-archive.ts'

const kafka = testKafka(inject('kafkaBrokers'))
const admin = kafka.admin()
const groupId = 'citybrain-aggregate'
const topic = telemetryTopic('radio_alarm')

beforeAll(async () => {
  await ensureTopics(kafka)
  await admin.connect()
  // Something that was read: even what is no reading makes a commit that tells the size.
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, acks: -1, messages: [{ key: 'a', value: 'no reading', partition: 0 }] })
  await producer.disconnect()
})
afterAll(async () => {
  await admin.deleteGroups([groupId])
  await admin.disconnect()
})

function aggregate(windows: string) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../../processors/main.ts'), 'aggregate'],
    {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        KAFKA_BROKERS: inject('kafkaBrokers'),
        SCHEMA_REGISTRY_URL: inject('registryUrl'),
        WINDOWS: windows,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (lines: string) => {
    output += lines
  })
  return { child, output: () => output, closed: once(child, 'close') }
}

async function committedSize(): Promise<number | undefined> {
  const [commits] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const first = commits?.partitions.find(({ partition }) => partition === 0)
  return parseCheckpoint(Number(first?.offset ?? -1), first?.metadata ?? null)?.sizes?.radio_alarm
}

it('aggregate ends with the words and exit code 78 where its commits are of windows of another size', async () => {
  const first = aggregate('radio_alarm=10s/5s')
  await expect.poll(committedSize, { timeout: 60_000, interval: 300 }).toBe(10_000)
  first.child.kill('SIGTERM')
  expect((await first.closed)[0]).toBe(exitCode.ok)

  const changed = aggregate('radio_alarm=60s/5s')
  expect((await changed.closed)[0]).toBe(exitCode.config)
  const output = changed.output()
  expect(output).toContain('"code":"windows_changed"')
  expect(output).toContain('the stored windows of radio_alarm are 10s long, WINDOWS asks for 60s')
  expect(await committedSize()).toBe(10_000)

  const later = aggregate('radio_alarm=10s/30s')
  await expect.poll(later.output, { timeout: 60_000, interval: 300 }).toContain('partitions assigned')
  later.child.kill('SIGTERM')
  expect((await later.closed)[0]).toBe(exitCode.ok)
})

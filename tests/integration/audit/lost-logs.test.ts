import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { topicIds } from '../../../platform/kafka/log-ids.ts'
import type { Difference } from '../../../processors/audit/report/difference.ts'
import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { telemetryTopic, topicOf } from '../../../schemas/topics.ts'
import { testKafka } from '../archive/rack-archive.ts'
import { AuditedSystem } from './audited-system.ts'
import { type Reading, reading, registerAll, regularReadings, windowMs } from './province-load.ts'

/** Kafka loses a topic under running processes, and then everything; ClickHouse keeps what it has. */
const windows = 6
const patience = { timeout: 180_000, interval: 300 }
/** Many windows go by, and two rounds of processes that start again. */
const long = 600_000
const start = Math.floor(Date.now() / windowMs) * windowMs - 30 * windowMs
const last = start + (windows - 1) * windowMs

let system: AuditedSystem

type Row = Readonly<Record<string, unknown>>

async function storedValues(): Promise<readonly Row[]> {
  return system.rows<Row>(
    `SELECT kpi, region, window_start, value, readings, revision FROM citybrain.kpi
     WHERE record IN (${recordIds.map(id => `'${id}'`).join(', ')}) AND window_start <= fromUnixTimestamp64Milli(${last})
     ORDER BY kpi, region, window_start`,
  )
}

async function windowOf(record: RecordId, county: string, windowStart: number): Promise<Row | undefined> {
  const [row] = await system.rows<Row>(
    `SELECT revision, readings, toFloat64(expected) AS expected FROM citybrain.measures_${record}
     WHERE county = '${county}' AND window_start = fromUnixTimestamp64Milli(${windowStart})`,
  )
  return row
}

async function revisionOf(record: RecordId, windowStart: number): Promise<number> {
  const [row] = await system.rows<{ revision: number }>(
    `SELECT max(revision) AS revision FROM citybrain.measures_${record} WHERE window_start = fromUnixTimestamp64Milli(${windowStart})`,
  )
  return row?.revision ?? 0
}

/** Windows of which readings were lost with their log: what was counted there is more than what is stored. */
const losses: { readonly record: RecordId; readonly from: number; readonly to: number }[] = []

/** Resolves when nothing moves any more, and all but the losses is as it should be. */
async function settled(): Promise<void> {
  const isLost = ({ record, windowStart = 0 }: Difference) =>
    losses.some(lost => lost.record === record && windowStart >= lost.from && windowStart <= lost.to)
  let seen = 'nothing'
  await vi
    .waitUntil(async () => {
      const report = await system.audit(20_000).catch(error => String(error))
      if (typeof report === 'string') {
        seen = report
        return false
      }
      seen = JSON.stringify({
        ...report,
        differences: report.differences.slice(0, 5),
        moving: report.moving.slice(0, 5),
      })
      const differences = report.differences.filter(one => !isLost(one))
      return report.moving.length === 0 && differences.length === 0 && report.untold === 0
    }, patience)
    .catch(error => {
      throw new Error(`not settled: ${seen}`, { cause: error })
    })
}

/** Readings of now, five times a second, until it is stopped; what Kafka does not take is not sent again. */
function load(record: RecordId): { stop(): Promise<readonly Reading[]> } {
  const sent: Reading[] = []
  let stopping = false
  const running = (async () => {
    for (let i = 0; !stopping; i++) {
      const one = reading(record, i % 12, Date.now(), i)
      await system.sendReadings(record, [one]).then(
        () => sent.push(one),
        () => undefined,
      )
      await sleep(200)
    }
  })()
  return {
    async stop() {
      stopping = true
      await running
      return sent
    },
  }
}

/** Every window of which a reading was sent after this time is stored with all of them. */
async function untilCounted(record: RecordId, sent: readonly Reading[], since: number): Promise<void> {
  const counts = new Map<number, number>()
  for (const { event_time } of sent) {
    const window = Math.floor(event_time / windowMs) * windowMs
    if (window >= since) counts.set(window, (counts.get(window) ?? 0) + 1)
  }
  expect(counts.size).toBeGreaterThan(1)
  const wanted = [...counts].sort(([left], [right]) => left - right)
  await vi.waitFor(async () => {
    const rows = await system.rows<{ start: number; readings: number }>(
      `SELECT toFloat64(toUnixTimestamp64Milli(window_start)) AS start, toFloat64(sum(readings)) AS readings
       FROM citybrain.measures_${record} WHERE window_start >= fromUnixTimestamp64Milli(${since}) GROUP BY start`,
    )
    const stored = new Map(rows.map(row => [row.start, row.readings]))
    expect(wanted.map(([window]) => [window, stored.get(window)])).toEqual(wanted)
  }, patience)
}

/** Deletes a topic and creates it at once; a process that starts meanwhile may be faster. */
async function recreate(topic: string): Promise<void> {
  const kafka = testKafka(system.env.KAFKA_BROKERS ?? '')
  const idNow = async () => (await topicIds(kafka, [topic])).topics.get(topic)
  const before = await idNow()
  const admin = kafka.admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic] })
  const { partitions: numPartitions } = topicOf(topic)
  await vi.waitUntil(async () => {
    await admin.createTopics({ topics: [{ topic, numPartitions }] }).catch(() => false)
    const id = await idNow()
    return id !== undefined && id !== before
  }, patience)
  await admin.disconnect()
}

beforeAll(async () => {
  system = await AuditedSystem.start()
  await registerAll(system)
  for (const record of recordIds) await system.sendReadings(record, regularReadings(record, start, windows))
  for (const record of recordIds)
    await vi.waitUntil(async () => (await revisionOf(record, last)) === 1, patience)
  for (const record of recordIds)
    await system.sendReadings(record, [reading(record, 1, start + windowMs + 3_333, 5)])
  for (const record of recordIds)
    await vi.waitUntil(async () => (await revisionOf(record, start + windowMs)) === 2, patience)
  await settled()
}, long)
afterAll(() => system.stop())

describe('another log', () => {
  it(
    'of one topic, deleted and created again under load, is an epoch of its own',
    async () => {
      const topic = telemetryTopic('parking')
      const values = await storedValues()
      const before = load('parking')
      await sleep(windowMs)
      const deleted = Date.now()
      await recreate(topic)
      const recreated = Date.now()
      losses.push({ record: 'parking', from: deleted - 2 * windowMs, to: recreated })
      await before.stop()
      const opened = async () => {
        const [row] = await system
          .rows<{ logs: number }>(
            `SELECT toFloat64(uniqExact(log)) AS logs FROM citybrain.log_epochs WHERE topic = '${topic}'`,
          )
          .catch(() => [])
        return row?.logs === 2
      }
      await vi.waitUntil(opened, patience)
      const after = load('parking')
      await sleep(3 * windowMs)
      const sent = await after.stop()
      await untilCounted('parking', sent, Math.ceil(sent[0]!.event_time / windowMs) * windowMs)
      expect(sent[0]!.event_time).toBeGreaterThan(recreated)
      await system.untilOpen()

      const old = start + 3 * windowMs
      const had = await windowOf('parking', '370102', old)
      await system.sendReadings('parking', [reading('parking', 0, old + 4_567, 8)])
      await vi.waitFor(async () => {
        const has = await windowOf('parking', '370102', old)
        expect(has).toEqual({
          ...had,
          revision: Number(had?.revision) + 1,
          readings: Number(had?.readings) + 1,
        })
      }, patience)
      await settled()
      const others = (rows: readonly Row[]) => rows.filter(row => Date.parse(`${row.window_start}Z`) !== old)
      expect(others(await storedValues())).toEqual(others(values))
    },
    long,
  )

  it(
    'of every topic is one too: assets are known again, and late readings count',
    async () => {
      const values = await storedValues()
      await system.loseKafka()
      const lost = load('rack')
      await sleep(4 * windowMs)
      const sent = await lost.stop()
      await untilCounted('rack', sent, Math.ceil(sent[0]!.event_time / windowMs) * windowMs + windowMs)
      const newest = Math.floor(sent.at(-1)!.event_time / windowMs) * windowMs
      expect(
        await windowOf('rack', '370102', newest - windowMs),
        'nobody registered anything again',
      ).toMatchObject({
        expected: 4,
      })

      const old = start + 4 * windowMs
      const had = await windowOf('rack', '370102', old)
      await system.sendReadings('rack', [reading('rack', 0, old + 4_567, 8)])
      await vi.waitFor(async () => {
        const has = await windowOf('rack', '370102', old)
        expect(has).toEqual({
          ...had,
          revision: Number(had?.revision) + 1,
          readings: Number(had?.readings) + 1,
        })
      }, patience)
      await settled()
      const others = (rows: readonly Row[]) => rows.filter(row => Date.parse(`${row.window_start}Z`) !== old)
      expect(others(await storedValues())).toEqual(others(values))
    },
    long,
  )
})

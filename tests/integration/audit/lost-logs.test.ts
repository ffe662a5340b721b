import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { topicIds } from '../../../platform/kafka/log-ids.ts'
import type { Difference } from '../../../processors/audit/report/difference.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { telemetryTopic, topicOf } from '../../../schemas/topics.ts'
import { testKafka } from '../archive/rack-archive.ts'
import { type Reading, reading, windowMs } from './province-load.ts'
import { patience, ToldHistory } from './told-history.ts'

// Kafka loses a topic under running processes, and then everything; ClickHouse keeps what it has.

/** Many windows go by, and two rounds of processes that start again. */
const long = 600_000
const everyMs = 200

let history: ToldHistory

/** Windows of which readings were lost with their log: what was counted there is more than what is stored. */
const losses: { readonly record: RecordId; readonly from: number; readonly to: number }[] = []

function isLost({ record, windowStart = 0 }: Difference): boolean {
  return losses.some(lost => lost.record === record && windowStart >= lost.from && windowStart <= lost.to)
}

interface Load {
  /** Resolves when readings of so many windows were taken. */
  fills(windows: number): Promise<void>
  stop(): Promise<readonly Reading[]>
}

/** Readings of now, five times a second, until it is stopped; what Kafka does not take is not sent again. */
function load(record: RecordId): Load {
  const sent: Reading[] = []
  let stopping = false
  const running = (async () => {
    for (let i = 0; !stopping; i++) {
      const one = reading(record, i % 12, Date.now(), i)
      await history.system.sendReadings(record, [one]).then(
        () => sent.push(one),
        () => undefined,
      )
      await sleep(everyMs)
    }
  })()
  const filled = () => new Set(sent.map(({ event_time }) => Math.floor(event_time / windowMs))).size
  return {
    // The last one is still filling.
    fills: async windows => void (await vi.waitUntil(() => filled() > windows, patience)),
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
    const rows = await history.system.rows<{ start: number; readings: number }>(
      `SELECT toFloat64(toUnixTimestamp64Milli(window_start)) AS start, toFloat64(sum(readings)) AS readings
       FROM citybrain.measures_${record} WHERE window_start >= fromUnixTimestamp64Milli(${since}) GROUP BY start`,
    )
    const stored = new Map(rows.map(row => [row.start, row.readings]))
    expect(wanted.map(([window]) => [window, stored.get(window)])).toEqual(wanted)
  }, patience)
}

/** Deletes a topic and creates it at once; a process that starts meanwhile may be faster. */
async function recreate(topic: string): Promise<void> {
  const kafka = testKafka(history.system.env.KAFKA_BROKERS ?? '')
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
  history = await ToldHistory.tell()
}, long)
afterAll(() => history.system.stop())

describe('another log', () => {
  it(
    'of one topic, deleted and created again under load, is an epoch of its own',
    async () => {
      const { system, start } = history
      const topic = telemetryTopic('parking')
      const old = start + 3 * windowMs
      const values = await history.values(old)
      // A slow archive may have stored none of what is sent from here on.
      const loaded = Date.now()
      const before = load('parking')
      await before.fills(1)
      await recreate(topic)
      const recreated = Date.now()
      losses.push({ record: 'parking', from: loaded - windowMs, to: recreated })
      await before.stop()
      const query = `SELECT toFloat64(uniqExact(log)) AS logs FROM citybrain.log_epochs WHERE topic = '${topic}'`
      await vi.waitUntil(async () => {
        const [row] = await system.rows<{ logs: number }>(query)
        return row?.logs === 2
      }, patience)
      const after = load('parking')
      await after.fills(3)
      const sent = await after.stop()
      expect(sent[0]!.event_time).toBeGreaterThan(recreated)
      await untilCounted('parking', sent, Math.ceil(sent[0]!.event_time / windowMs) * windowMs)
      await system.untilOpen()

      await history.countsLate('parking', old)
      await history.settled(isLost)
      expect(await history.values(old)).toEqual(values)
    },
    long,
  )

  it(
    'of every topic is one too: assets are known again, and late readings count',
    async () => {
      const { system, start } = history
      const old = start + 4 * windowMs
      const values = await history.values(old)
      await system.loseKafka()
      const after = load('rack')
      await after.fills(4)
      const sent = await after.stop()
      await untilCounted('rack', sent, Math.ceil(sent[0]!.event_time / windowMs) * windowMs + windowMs)
      const newest = Math.floor(sent.at(-1)!.event_time / windowMs) * windowMs
      expect(
        await history.windowOf('rack', '370102', newest - windowMs),
        'nobody registered anything again',
      ).toMatchObject({ expected: 4 })

      await history.countsLate('rack', old)
      await history.settled(isLost)
      expect(await history.values(old)).toEqual(values)
    },
    long,
  )
})

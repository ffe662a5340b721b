import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import { createLog } from '../../../platform/log.ts'
import type { RegionalMessage } from '../../../processors/regional/regional-message.ts'
import { recordIds } from '../../../schemas/records/record.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { testKafka } from '../archive/rack-archive.ts'
import { windowMs } from './province-load.ts'
import { type Row, startOf, ToldHistory } from './told-history.ts'

/** ClickHouse loses what it had, while everything is stopped and under running processes; Kafka keeps its logs. */
let history: ToldHistory

/** Every final and corrected message there ever was of a region and window, in the order of the log. */
async function toldRevisions(): Promise<ReadonlyMap<string, readonly RegionalMessage[]>> {
  const reader = new AvroReader<RegionalMessage>(
    new SchemaRegistry(history.system.env.SCHEMA_REGISTRY_URL ?? ''),
    topicNames.regional,
  )
  const told = new Map<string, RegionalMessage[]>()
  const follower = new TopicFollower({
    kafka: testKafka(history.system.env.KAFKA_BROKERS ?? ''),
    topic: topicNames.regional,
    follower: 'test',
    from: 'beginning',
    log: createLog('test', 'silent'),
    async onMessages(messages) {
      await reader.prepare(messages)
      for (const { value } of messages) {
        const message = reader.decode(value ?? Buffer.alloc(0))
        if (message.status === 'provisional') continue
        const key = `${message.record}|${message.region}|${message.window_start}`
        told.set(key, [...(told.get(key) ?? []), message])
      }
    },
  })
  await follower.start()
  await follower.stop()
  return told
}

function withFewerReadings(told: ReadonlyMap<string, readonly RegionalMessage[]>): string[] {
  return [...told].flatMap(([key, revisions]) =>
    revisions.some(({ readings }, i) => i > 0 && readings < (revisions[i - 1]?.readings ?? 0)) ? [key] : [],
  )
}

beforeAll(async () => {
  history = await ToldHistory.tell()
}, 600_000)
afterAll(() => history.system.stop())

describe('a ClickHouse that lost everything', () => {
  it('holds the same again, and a reading that comes late changes its window and no other', async () => {
    const { system } = history
    const late = history.start + 3 * windowMs
    const values = await history.values(late)
    const before = new Map(
      await Promise.all(recordIds.map(async record => [record, await history.measures(record)] as const)),
    )
    const drop = () => system.command('DROP DATABASE citybrain')
    // It comes while ClickHouse has next to nothing.
    await history.countsLate('parking', late, () => system.whileStopped(drop))
    await history.settled()
    const kept = (rows: readonly Row[] = []) => rows.filter(row => startOf(row) !== late)
    for (const record of recordIds) {
      expect(kept(await history.measures(record))).toEqual(kept(before.get(record)))
    }
    expect(await history.values(late)).toEqual(values)
    expect(withFewerReadings(await toldRevisions())).toEqual([])
  })

  it('under running processes holds the same again', async () => {
    const { system } = history
    const late = history.start + 4 * windowMs
    const values = await history.values(late)
    await history.countsLate('rack', late, () => system.command('DROP DATABASE citybrain'))
    await history.settled()
    expect(await history.values(late)).toEqual(values)
    expect(withFewerReadings(await toldRevisions())).toEqual([])
  })

  it('gets revisions computed whose log is gone, and says why', async () => {
    const { system, last } = history
    // Duplicates that came after a window was final are counted when it is computed again.
    const readings = (rows: readonly Row[]) =>
      rows
        .map(({ county, window_start, assets, readings }) => ({ county, window_start, assets, readings }))
        .filter(row => Number(row.readings) > 0)
    const before = readings(await history.measures('facility'))
    expect(before.length).toBeGreaterThan(0)
    await system.whileStopped(async () => {
      const admin = testKafka(system.env.KAFKA_BROKERS ?? '').admin()
      await admin.connect()
      const [end] = await admin.fetchTopicOffsets(topicNames.regional)
      await admin.deleteTopicRecords({
        topic: topicNames.regional,
        partitions: [{ partition: 0, offset: end?.high ?? '0' }],
      })
      await admin.disconnect()
      await system.command('DROP DATABASE citybrain')
    })
    await history.untilRevised('facility', last, 1)
    await history.settled()
    expect(readings(await history.measures('facility'))).toEqual(before)
    expect(
      await system.rows(
        `SELECT DISTINCT reason FROM citybrain.kpi WHERE record = 'facility' AND window_start <= fromUnixTimestamp64Milli(${last})`,
      ),
    ).toEqual([{ reason: 'restored' }])
  })
})

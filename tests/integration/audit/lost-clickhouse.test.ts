import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import { createLog } from '../../../platform/log.ts'
import type { RegionalMessage } from '../../../processors/regional/regional-message.ts'
import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { testKafka } from '../archive/rack-archive.ts'
import { AuditedSystem } from './audited-system.ts'
import { reading, registerAll, regularReadings, windowMs } from './province-load.ts'

/** ClickHouse loses what it had, once while everything is stopped and once under running processes; Kafka keeps its logs. */
const windows = 6
const patience = { timeout: 180_000, interval: 300 }
const start = Math.floor(Date.now() / windowMs) * windowMs - 30 * windowMs
const last = start + (windows - 1) * windowMs

let system: AuditedSystem

type Row = Readonly<Record<string, unknown>>

async function storedWindows(record: RecordId): Promise<readonly Row[]> {
  return system.rows<Row>(
    `SELECT county, window_start, status, revision, version, assets, expected, readings, duplicates,
       lineage_partition, lineage_through_offset
     FROM citybrain.measures_${record} ORDER BY window_start, county`,
  )
}

async function storedValues(): Promise<readonly Row[]> {
  return system.rows<Row>(
    `SELECT kpi, region, window_start, value, readings, version FROM citybrain.kpi
     WHERE record IN (${recordIds.map(id => `'${id}'`).join(', ')}) ORDER BY kpi, region, window_start`,
  )
}

async function revisionOf(record: RecordId, windowStart: number): Promise<number> {
  const [row] = await system.rows<{ revision: number }>(
    `SELECT max(revision) AS revision FROM citybrain.measures_${record} WHERE window_start = fromUnixTimestamp64Milli(${windowStart})`,
  )
  return row?.revision ?? 0
}

/** Resolves when nothing moves any more. */
async function settled(): Promise<void> {
  await vi.waitUntil(async () => {
    const report = await system.audit(20_000).catch(() => undefined)
    return report?.moving.length === 0 && report.differences.length === 0 && report.untold === 0
  }, patience)
}

/** Every final and corrected message there ever was of a region and window, in the order of the log. */
async function toldRevisions(): Promise<ReadonlyMap<string, readonly RegionalMessage[]>> {
  const reader = new AvroReader<RegionalMessage>(
    new SchemaRegistry(system.env.SCHEMA_REGISTRY_URL ?? ''),
    topicNames.regional,
  )
  const told = new Map<string, RegionalMessage[]>()
  const follower = new TopicFollower({
    kafka: testKafka(system.env.KAFKA_BROKERS ?? ''),
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
  system = await AuditedSystem.start()
  await registerAll(system)
  for (const record of recordIds) await system.sendReadings(record, regularReadings(record, start, windows))
  for (const record of recordIds)
    await vi.waitUntil(async () => (await revisionOf(record, last)) === 1, patience)
  // Late ones, so that corrections are among what is lost.
  for (const record of recordIds) {
    await system.sendReadings(record, [
      reading(record, 1, start + windowMs + 3_333, 5),
      regularReadings(record, start, windows).find(({ event_time }) => event_time >= start + 2 * windowMs)!,
    ])
  }
  for (const record of recordIds)
    await vi.waitUntil(async () => (await revisionOf(record, start + windowMs)) === 2, patience)
  await settled()
})
afterAll(() => system.stop())

describe('a ClickHouse that lost everything', () => {
  it('holds the same again, and a reading that comes late changes its window and no other', async () => {
    const before = new Map<RecordId, readonly Row[]>()
    for (const record of recordIds) before.set(record, await storedWindows(record))
    const values = await storedValues()
    await system.whileStopped(() => system.command('DROP DATABASE citybrain'))
    const late = start + 3 * windowMs
    await system.sendReadings('parking', [reading('parking', 7, late + 4_567, 8)])
    await vi.waitUntil(async () => {
      const revision = await revisionOf('parking', late).catch(() => 0)
      return revision === 2
    }, patience)
    await settled()
    const isLate = ({ window_start }: Row) => Date.parse(`${window_start}Z`) === late
    for (const record of recordIds) {
      const kept = (rows: readonly Row[]) =>
        rows
          .filter(row => record !== 'parking' || !isLate(row))
          .filter(row => Date.parse(`${row.window_start}Z`) <= last)
      expect(kept(await storedWindows(record))).toEqual(kept(before.get(record) ?? []))
    }
    const others = (rows: readonly Row[]) =>
      rows.filter(row => !isLate(row) && Date.parse(`${row.window_start}Z`) <= last)
    expect(others(await storedValues())).toEqual(others(values))
    expect(withFewerReadings(await toldRevisions())).toEqual([])
  })

  it('under running processes holds the same again', async () => {
    const values = await storedValues()
    await system.command('DROP DATABASE citybrain')
    const late = start + 4 * windowMs
    await system.sendReadings('rack', [reading('rack', 7, late + 4_567, 8)])
    await vi.waitUntil(async () => (await revisionOf('rack', late).catch(() => 0)) === 2, patience)
    await settled()
    const others = (rows: readonly Row[]) =>
      rows.filter(
        row => Date.parse(`${row.window_start}Z`) <= last && Date.parse(`${row.window_start}Z`) !== late,
      )
    expect(others(await storedValues())).toEqual(others(values))
    expect(withFewerReadings(await toldRevisions())).toEqual([])
  })

  it('gets revisions computed whose log is gone, and says why', async () => {
    const before = await storedWindows('facility')
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
    await vi.waitUntil(async () => (await revisionOf('facility', last).catch(() => 0)) > 0, patience)
    await settled()
    const readings = (rows: readonly Row[]) =>
      rows
        .filter(({ window_start }) => Date.parse(`${window_start}Z`) <= last)
        // Duplicates that came after a window was final are counted when it is computed again.
        .map(({ county, window_start, assets, readings }) => ({ county, window_start, assets, readings }))
        .filter(row => Number(row.readings) > 0)
    expect(readings(await storedWindows('facility'))).toEqual(readings(before))
    expect(
      await system.rows(
        `SELECT DISTINCT reason FROM citybrain.kpi WHERE record = 'facility' AND window_start <= fromUnixTimestamp64Milli(${last})`,
      ),
    ).toEqual([{ reason: 'restored' }])
  })
})

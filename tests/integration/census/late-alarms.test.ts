import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { telemetryTopic, topicNames } from '../../../schemas/topics.ts'
import { testKafka } from '../archive/rack-archive.ts'
import { type TestDatabase, testDatabase } from '../database.ts'
import { stackEnvironment } from '../stack-environment.ts'

/** Archive and census as processes, on the real broker and ClickHouse: alarms that come late, restarts, two at once. */
const kafka = testKafka(inject('kafkaBrokers'))
const registry = new SchemaRegistry(inject('registryUrl'))
const size = 2_000
const patience = { timeout: 120_000, interval: 300 }
/** A county of this file's own: the topics are shared with other tests. */
const county = '371482'
const site = `census-test-${Date.now()}`
const kpi = 'radio.alarms_active_critical'
const running = new Set<ChildProcess>()
let db: TestDatabase

beforeAll(async () => {
  await ensureTopics(kafka)
  db = await testDatabase()
  start('archive')
})
afterAll(async () => {
  await Promise.all([...running].map(child => end(child, 'SIGKILL')))
  await db.drop()
})

function start(name: 'archive' | 'census'): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../../processors/main.ts'), name], {
    env: {
      ...stackEnvironment(db.database),
      CENSUS_WINDOW: String(size),
      ADMIN_PORT: '0',
      LOG_LEVEL: 'error',
    },
    stdio: 'inherit',
  })
  running.add(child)
  return child
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  running.delete(child)
  const gone = once(child, 'exit')
  child.kill(signal)
  return (await gone)[0]
}

async function publish(topic: string, key: string, value: object): Promise<void> {
  const writer = await avroWriter<object>(registry, topic)
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, acks: -1, messages: [{ key, value: writer.encode(value) }] })
  await producer.disconnect()
}

/** An alarm of the site; returns the start of its window. */
async function alarm(id: string, time: number, state: 'raised' | 'cleared'): Promise<number> {
  await publish(telemetryTopic('radio_alarm'), site, {
    asset_id: site,
    county,
    event_time: time,
    received_at: Date.now(),
    source: null,
    alarm_id: id,
    state,
    perceived_severity: state === 'raised' ? 'CRITICAL' : null,
    probable_cause: null,
    specific_problem: null,
  })
  return Math.floor(time / size) * size
}

interface Revision {
  readonly start: number
  readonly value: number
  readonly revision: number
  readonly status: string
  readonly reason: string | null
  readonly late: number
}

async function revisions(view: 'kpi' | 'kpi_revisions', region = county): Promise<readonly Revision[]> {
  const rows = await db.rows<Record<keyof Revision, unknown>>(
    `SELECT toFloat64(toUnixTimestamp64Milli(window_start)) AS start, value, revision, status, reason,
       toFloat64(late_readings) AS late
     FROM db.${view} WHERE kpi = '${kpi}' AND region = '${region}' ORDER BY start, revision`,
  )
  return rows.map(row => ({
    start: Number(row.start),
    value: Number(row.value),
    revision: Number(row.revision),
    status: String(row.status),
    reason: row.reason === null ? null : String(row.reason),
    late: Number(row.late),
  }))
}

/** Waits until all windows are stored up to now, and have the values they should. */
async function settled(): Promise<readonly Revision[]> {
  const from = Date.now()
  return vi.waitUntil(async () => {
    const windows = await revisions('kpi')
    if ((windows.at(-1)?.start ?? 0) < from) return false
    return gaps(windows).length === 0 && (await differences(windows)).length === 0 && windows
  }, patience)
}

/** Windows whose value is not the number of alarms that the readings give, computed one by one. */
async function differences(windows: readonly Revision[]): Promise<readonly object[]> {
  const readings = await db.rows<{ id: string; time: string; state: string; severity: string | null }>(
    `SELECT alarm_id AS id, toUnixTimestamp64Milli(event_time) AS time, state, perceived_severity AS severity
     FROM db.readings_radio_alarm WHERE county = '${county}'`,
  )
  return windows.flatMap(({ start, value }) => {
    const before = readings.filter(({ time }) => Number(time) < start + size)
    const byAlarm = Map.groupBy(before, ({ id }) => id)
    const active = [...byAlarm.values()].filter(reports => {
      const last = reports.reduce((held, one) => (Number(one.time) > Number(held.time) ? one : held))
      return last.state === 'raised' && last.severity === 'CRITICAL'
    })
    return active.length === value ? [] : [{ start, value, active: active.length }]
  })
}

/** Starts that lie between the first and the last stored window and are not stored. */
function gaps(windows: readonly Revision[]): readonly number[] {
  const starts = new Set(windows.map(({ start }) => start))
  const first = windows[0]?.start ?? 0
  const last = windows.at(-1)?.start ?? 0
  const all = Array.from({ length: (last - first) / size + 1 }, (_, i) => first + i * size)
  return all.filter(start => !starts.has(start))
}

describe('the census', () => {
  let census: ChildProcess

  it('makes a revision of every window from that of a late alarm on, with the reason', async () => {
    await publish(topicNames.assets, site, {
      asset_id: site,
      record: 'radio_alarm',
      kind: 'site',
      county,
      name: null,
      lat: null,
      lon: null,
      period_s: null,
      capacity: null,
      length_km: null,
      voltage_kv: null,
      commissioned_at: null,
      retired_at: null,
      source_dataset: null,
      source_id: null,
      updated_at: Date.now(),
    })
    census = start('census')
    const before = await vi.waitUntil(async () => {
      const windows = await revisions('kpi')
      return windows.length >= 5 && gaps(windows).length === 0 && windows
    }, patience)
    const [first, second, third] = before.map(window => window.start)
    const raised = await alarm('a', third! + 1, 'raised')
    expect(raised).toBe(third)
    await settled()

    const all = Map.groupBy(await revisions('kpi_revisions'), revision => revision.start)
    for (const start of [first!, second!]) expect(all.get(start)).toMatchObject([{ value: 0, revision: 1 }])
    for (const { start } of before.slice(2)) {
      expect(all.get(start)).toEqual([
        { start, value: 0, revision: 1, status: 'final', reason: null, late: 0 },
        { start, value: 1, revision: 2, status: 'corrected', reason: 'late', late: 1 },
      ])
    }
    const province = (await revisions('kpi', '370000')).find(({ start }) => start === third)
    expect(province).toMatchObject({ revision: 2, status: 'corrected' })

    // The same once more changes nothing; cleared in the fifth window, it is active in two.
    await alarm('a', third! + 1, 'raised')
    await alarm('a', before[4]!.start + 1, 'cleared')
    const now = await settled()
    const [, , raisedIn, between, clearedIn] = before.map(window =>
      now.find(({ start }) => start === window.start),
    )
    expect(raisedIn).toMatchObject({ value: 1, revision: 2 })
    expect(between).toMatchObject({ value: 1, revision: 2 })
    expect(clearedIn).toMatchObject({ value: 0, revision: 3, reason: 'late', late: 1 })
  })

  it('killed and started again leaves no window out, and takes up what came late meanwhile', async () => {
    const before = await revisions('kpi')
    await end(census, 'SIGKILL')
    await alarm('b', before[0]!.start + 1, 'raised')
    // Windows end that nobody computes.
    const from = Date.now()
    await vi.waitUntil(() => Date.now() >= from + 4 * size, patience)
    census = start('census')
    const windows = await settled()
    const reached = windows.find(({ start }) => start === before[0]?.start)
    expect(reached).toMatchObject({ value: 1, reason: 'late', late: 1 })
  })

  it('run twice, one of them asleep for a while, has the same values', async () => {
    const other = start('census')
    const from = Date.now()
    await alarm('c', from - 5 * size, 'raised')
    await settled()
    census.kill('SIGSTOP')
    await alarm('c', from - 4 * size, 'cleared')
    await settled()
    await alarm('d', from - 6 * size, 'raised')
    census.kill('SIGCONT')
    await settled()
    expect(await end(other, 'SIGTERM')).toBe(0)
    await settled()
    expect(await end(census, 'SIGTERM')).toBe(0)
  })
})

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { fieldsOf, records } from '../../../schemas/records/records.ts'
import { telemetryTopic } from '../../../schemas/topics.ts'
import { Load } from '../../chaos/load/load.ts'
import { identityOf } from '../../identity.ts'
import { decoder, readTopic } from '../../system/stored-readings.ts'
import { type IngestProcess, startIngest } from '../ingest/ingest-process.ts'

type Row = Record<string, unknown>

const seed = 770_022
const loadMs = 20_000
let doors: IngestProcess[] = []
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-load-'))
  const env = { KAFKA_BROKERS: inject('kafkaBrokers'), SCHEMA_REGISTRY_URL: inject('registryUrl') }
  doors = await Promise.all([startIngest(env), startIngest(env)])
})
afterAll(async () => {
  await Promise.all(doors.map(door => door.stop()))
  await rm(folder, { recursive: true, force: true })
})

/** Every field that a sender may give, times as epoch ms, absent as null. */
function canonical(record: RecordId, row: Row): Row {
  const fields = fieldsOf(records[record]).filter(({ name }) => name !== 'received_at')
  return Object.fromEntries(
    fields.map(({ name, type }) => {
      const value = row[name] ?? null
      return [name, type === 'timestamp' && value !== null ? new Date(value as string).getTime() : value]
    }),
  )
}

function firsts(record: RecordId, rows: readonly Row[]): Map<string, Row> {
  const first = new Map<string, Row>()
  for (const row of rows) {
    const identity = identityOf(record, String(row.asset_id), Number(row.event_time), row)
    if (!first.has(identity)) first.set(identity, row)
  }
  return first
}

it('lists exactly what is in the topics, the first of each identity with its values', async () => {
  const acceptedFile = join(folder, 'accepted.ndjson')
  const said: string[] = []
  const load = new Load({
    seed,
    doors: doors.map(({ url }) => url),
    acceptedFile,
    readingsPerSecond: 200,
    log: line => said.push(line),
  })
  await load.register()
  load.start()
  load.setClockAhead(3, 3_600_000)
  // One door stops answering in the middle, with requests in it, and wakes up when the load has gone elsewhere.
  await sleep(loadMs / 4)
  doors[0]!.child.kill('SIGSTOP')
  await sleep(loadMs / 2)
  doors[0]!.child.kill('SIGCONT')
  load.setClockAhead(3, 0)
  await sleep(loadMs / 4)
  const report = await load.stop()

  const lines = (await readFile(acceptedFile, 'utf8'))
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Row)
  expect(lines).toHaveLength(report.accepted)
  expect(report.sent).toBe(
    report.accepted + Object.values(report.rejected).reduce((sum, count) => sum + count, 0),
  )
  expect(report.accepted).toBeGreaterThan(2_000)
  expect(report.duplicates).toBeGreaterThan(20)
  expect(report.late).toBeGreaterThan(20)
  expect(report.retried, 'the door that was stopped had requests').toBeGreaterThan(0)
  for (const code of [
    'event_time_in_future',
    'unknown_asset',
    'field_range',
    'field_relation',
    'malformed_json',
    'not_utf8',
    'implausible',
  ])
    expect(report.rejected[code], code).toBeGreaterThan(0)

  for (const reason of ['absent_value', 'above_rated', 'capacity_unlike_registered', 'beyond_period'])
    expect(lines.filter(({ doubt }) => doubt === reason).length, reason).toBeGreaterThan(0)

  for (const record of recordIds) {
    const accepted = lines
      .filter(line => line.record === record)
      .map(line =>
        canonical(record, line.doubt ? { ...line, suspect: true, suspect_reason: line.doubt } : line),
      )
    const decode = decoder<Row>(record)
    const logged = (await readTopic(inject('kafkaBrokers'), telemetryTopic(record)))
      .map(message => canonical(record, decode(message)))
      .filter(({ asset_id }) => String(asset_id).startsWith(`chaos-${seed}-`))
    expect(firsts(record, logged), record).toEqual(firsts(record, accepted))
    expect(logged.length, record).toBeGreaterThanOrEqual(accepted.length)
    expect(accepted.length, record).toBeGreaterThan(0)
  }
  const newest = Math.max(...lines.map(({ event_time }) => new Date(event_time as string).getTime()))
  expect(load.newestEventTime).toBe(newest)
})

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { wholeHistory } from '../../../api/history/alerts/read-words.ts'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { storedColumns } from '../../../processors/archive/archive.ts'
import { archiveMetrics } from '../../../processors/archive/archive-metrics.ts'
import { AvroSink } from '../../../processors/archive/sinks/avro-sink.ts'
import { TableWriter } from '../../../processors/archive/sinks/table-writer.ts'
import { folded } from '../../../schemas/alerts/alert.ts'
import type { AlertCommand } from '../../../schemas/alerts/alert-command.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { alert, entry, silence } from '../../api/alerts/alerts.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

const registry = new SchemaRegistry(inject('registryUrl'))
let db: TestDatabase

beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

/** Stores values of a topic as the archive does. */
async function store(topic: string, table: string, values: readonly object[]): Promise<void> {
  const log = createLog('test', 'silent')
  const metrics = archiveMetrics(new Metrics('archive'))
  const writer = new TableWriter({ clickhouse: db.client, database: db.database, metrics, log })
  const columns = storedColumns(topic)
  const sink = new AvroSink({ topic, table, columns, registry, writer, metrics, log })
  const { encode } = await avroWriter<object>(registry, topic)
  const messages = values.map((value, offset) => ({ partition: 0, offset, value: encode(value), key: null }))
  await sink.write(
    messages.map(message => ({ ...message, timestamp: '0' })),
    new AbortController().signal,
    0,
  )
}

it('stores an alert with its history as it was said; the greatest version holds, in whatever order', async () => {
  const first = alert()
  const acknowledged = alert({
    version: 3,
    // A correction moved its beginning.
    active_since: first.active_since - 60_000,
    acknowledged_by: 'li',
    acknowledged_at: first.updated_at + 5_000,
    silenced_by: ['s1', 's2'],
    history: [
      entry(),
      entry({ what: 'acknowledged', by: 'li', note: '已派人', command_id: 'c1', revision: null }),
    ],
  })
  await store(topicNames.alerts, 'alerts_store', [first, acknowledged, alert({ version: 2, value: 96 })])
  const rows = await db.rows('SELECT * FROM db.alerts')
  const { history, ...said } = acknowledged
  const times = Object.fromEntries(
    Object.entries(said).map(([name, value]) => [
      name,
      typeof value === 'number' && /_at$|_since$|^window_/.test(name) ? sqlTime(value) : value,
    ]),
  )
  expect(rows).toEqual([
    {
      ...times,
      history: history.map(line => ({
        ...line,
        at: sqlTime(line.at),
        window_start: line.window_start === null ? null : sqlTime(line.window_start),
      })),
    },
  ])
})

it('stores silences; the last one said holds', async () => {
  const cancelled = silence({ cancelled_by: 'wang', cancelled_at: silence().created_at + 1 })
  await store(topicNames.silences, 'silences_store', [silence(), cancelled])
  expect(
    await db.rows('SELECT silence_id, regions, matchers, reason, cancelled_by FROM db.silences'),
  ).toEqual([
    {
      silence_id: 's1',
      regions: ['370100'],
      matchers: [{ label: 'feed', op: '=', value: 'parking' }],
      reason: 'the lots are rebuilt',
      cancelled_by: 'wang',
    },
  ])
})

it('stores what people did about alerts as they said it, once however often it was asked for', async () => {
  const said: AlertCommand = {
    command_id: 'c1',
    at: alert().updated_at,
    by: 'li',
    action: 'dispatch',
    alert_id: alert().alert_id,
    note: '已派人'.repeat(600),
    assigned_to: 'unit 7',
    due_at: alert().updated_at + 60_000,
    silence: null,
  }
  const nothing = { alert_id: null, note: null, assigned_to: null, due_at: null }
  const silenced: AlertCommand = {
    ...said,
    ...nothing,
    command_id: 'c2',
    action: 'silence',
    silence: silence(),
  }
  await store(topicNames.alertCommands, 'alert_commands_store', [said, silenced, said])
  const { silence: _kept, ...line } = said
  const times = { at: sqlTime(said.at), due_at: sqlTime(said.due_at ?? 0) }
  expect(await db.rows('SELECT * FROM db.alert_commands ORDER BY command_id')).toEqual([
    { ...line, ...times, region: '370100' },
    { ...line, ...nothing, at: times.at, region: '', command_id: 'c2', action: 'silence' },
  ])
  const lines = [
    entry(),
    folded(entry({ what: 'assigned', by: 'li', note: `unit 7: ${said.note}`, command_id: 'c1' })),
  ]
  const history = { clickhouse: db.client, database: db.database, historyTimeoutMs: 20_000 }
  expect(await wholeHistory(history, { alert_id: alert().alert_id, history: lines })).toEqual([
    lines[0],
    { ...lines[1], note: `unit 7: ${said.note}` },
  ])
})

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { schemaFields } from '../../../platform/avro/avro-schemas.ts'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { archiveMetrics } from '../../../processors/archive/archive-metrics.ts'
import { AvroSink } from '../../../processors/archive/sinks/avro-sink.ts'
import { TableWriter } from '../../../processors/archive/sinks/table-writer.ts'
import { logColumns } from '../../../schemas/clickhouse/reading-tables.ts'
import { topicNames, topicOf } from '../../../schemas/topics.ts'
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
  const columns = [...schemaFields(topicOf(topic).schema), ...logColumns]
  const sink = new AvroSink({ topic, table, columns, registry, writer, metrics, log })
  const { encode } = await avroWriter<object>(registry, topic)
  const messages = values.map((value, offset) => ({ partition: 0, offset, value: encode(value), key: null }))
  await sink.write(
    messages.map(message => ({ ...message, timestamp: '0' })),
    new AbortController().signal,
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

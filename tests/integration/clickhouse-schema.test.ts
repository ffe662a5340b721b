import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../platform/clickhouse/migrate.ts'
import { readMigrations, statementsOf } from '../../platform/clickhouse/migrations.ts'
import { createLog } from '../../platform/log.ts'
import { measureTable } from '../../schemas/clickhouse/measure-tables.ts'
import { readingTable } from '../../schemas/clickhouse/reading-tables.ts'
import { createTable } from '../../schemas/clickhouse/table.ts'
import { sqlTime, type TestDatabase, testDatabase } from './database.ts'

const log = createLog('test', 'silent')
/** Noon in the province. */
const noon = Date.UTC(2026, 2, 5, 4)

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

describe('migrating', () => {
  const tables = (target: TestDatabase) =>
    target.rows<{ name: string; uuid: string }>(
      `SELECT name, toString(uuid) AS uuid FROM system.tables WHERE database = '${target.database}' AND engine != 'View' ORDER BY name`,
    )

  it('again changes no table', async () => {
    const before = await tables(db)
    await migrate(db.client, db.database, log)
    expect(await tables(db)).toEqual(before)
    expect(before.length).toBeGreaterThan(20)
  })

  it('from several processes at once gives the same as from one', async () => {
    const fresh = await testDatabase(undefined, false)
    await Promise.all(Array.from({ length: 4 }, () => migrate(fresh.client, fresh.database, log)))
    const names = (target: TestDatabase) =>
      target.rows<{ name: string }>(
        `SELECT name FROM system.tables WHERE database = '${target.database}' ORDER BY name`,
      )
    expect(await names(fresh)).toEqual(await names(db))
    const applied = await fresh.rows('SELECT version FROM db.schema_migrations FINAL ORDER BY version')
    expect(applied).toEqual(readMigrations().map(({ version }) => ({ version })))
    expect(await fresh.rows('SELECT count() AS n FROM db.region_counties')).toEqual([{ n: 544 }])
    await fresh.drop()
  })

  /** Views and tables of definitions, and their columns, that say nothing of what they are. */
  const uncommented = (target: TestDatabase) =>
    target.rows<{ name: string }>(
      `WITH documented AS (SELECT name, comment FROM system.tables WHERE database = '${target.database}'
         AND (engine = 'View' OR name IN ('kpis', 'regions', 'region_counties')))
       SELECT name FROM documented WHERE NOT match(comment, '^[A-Z].* \\\\(definitions [0-9a-f]{64}\\\\)$')
       UNION ALL SELECT concat(table, '.', name) FROM system.columns
       WHERE database = '${target.database}' AND table IN (SELECT name FROM documented) AND comment = ''`,
    )

  it('leaves a comment on every view and every column of one', async () => {
    expect(await uncommented(db)).toEqual([])
    expect(
      await db.rows(
        `SELECT comment FROM system.columns WHERE database = '${db.database}' AND name = 'total_energy_kwh' ORDER BY table`,
      ),
    ).toEqual(
      expect.arrayContaining([
        { comment: 'Sum of total_energy_kwh, given it_energy_kwh, kWh' },
        { comment: 'Energy of the whole facility, kWh' },
      ]),
    )
  })

  it('gives the views of before their new columns and comments, from several processes at once', async () => {
    const other = await testDatabase()
    const { client, database } = other
    await other.insert('kpi_windows_store', [{ kpi: 'datacenter.pue', region: '370102', version: 1 }])
    for (const view of ['kpi', 'kpi_1h', 'corrections']) {
      await client.command({
        query: `CREATE OR REPLACE VIEW ${database}.${view} AS SELECT kpi FROM ${database}.kpi_windows_store COMMENT 'definitions of before'`,
      })
    }
    expect((await uncommented(other)).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['kpi', 'kpi.kpi']),
    )
    await Promise.all(Array.from({ length: 3 }, () => migrate(client, database, log)))
    expect(await uncommented(other)).toEqual([])
    expect(await other.rows('SELECT region_zh, region_en, parent FROM db.kpi')).toEqual([
      { region_zh: '历下区', region_en: 'Lixia District', parent: '370100' },
    ])
    await other.drop()
  })

  it('refuses a migration that was applied with another content', async () => {
    const [first, ...rest] = readMigrations()
    const migrations = [{ ...first!, checksum: 'other' }, ...rest]
    await expect(migrate(db.client, db.database, log, { migrations })).rejects.toMatchObject({
      code: 'migration_changed',
    })
  })

  it('adds the column of a new field and keeps the rows', async () => {
    const other = await testDatabase()
    await other.insert('readings_rack_store', [
      {
        asset_id: 'r1',
        county: '370102',
        event_time: sqlTime(noon),
        received_at: sqlTime(noon),
        kafka_offset: 1,
      },
    ])
    await other.client.command({ query: `DROP VIEW ${other.database}.readings_rack` })
    await other.client.command({
      query: `ALTER TABLE ${other.database}.readings_rack_store DROP COLUMN in_use`,
    })
    await migrate(other.client, other.database, log)
    expect(await other.rows('SELECT asset_id, in_use FROM db.readings_rack')).toEqual([
      { asset_id: 'r1', in_use: null },
    ])
    await other.drop()
  })

  it('refuses a field that changed its type', async () => {
    const other = await testDatabase()
    await other.client.command({
      query: `ALTER TABLE ${other.database}.readings_rack_store MODIFY COLUMN it_power_w Nullable(String)`,
    })
    await expect(migrate(other.client, other.database, log)).rejects.toMatchObject({ code: 'column_changed' })
    await other.drop()
  })
})

describe('tables whose key got the end of the window', () => {
  const second = 1_000
  const window = (start: number, sizeMs: number) => ({
    window_start: sqlTime(start),
    window_end: sqlTime(start + sizeMs),
  })
  const kpi = (start: number, version: number, revision = 1) => ({
    kpi: 'datacenter.pue',
    region: '370102',
    level: 'county',
    record: 'facility',
    ...window(start, 10 * second),
    value: version,
    revision,
    version,
  })
  const late = (from: number) => ({
    record: 'rack',
    county: '370102',
    window_start: sqlTime(noon),
    window_ms: 10 * second,
    from_offset: from,
    through_offset: from + 1,
    readings: 1,
    noticed_by: 'aggregate',
  })

  /** A database as the version before left it, with a table of measures that has not heard of the newest one yet. */
  async function ofEarlierVersion(): Promise<TestDatabase> {
    const earlier = await testDatabase(undefined, false)
    const target = { database: earlier.database, enginePrefix: '' } as const
    const run = (query: string) => earlier.client.command({ query })
    await run(`CREATE DATABASE ${earlier.database}`)
    const migrations = readMigrations().slice(0, 8)
    for (const migration of migrations) for (const query of statementsOf(migration, target)) await run(query)
    await run(
      `CREATE TABLE ${earlier.database}.schema_migrations (version UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
       ENGINE = ReplacingMergeTree ORDER BY (version, checksum)`,
    )
    await earlier.insert(
      'schema_migrations',
      migrations.map(({ version, name, checksum }) => ({ version, name, checksum })),
    )
    const { columns, ...measures } = measureTable('rack')
    await run(
      createTable(
        {
          ...measures,
          name: 'measures_rack_store',
          columns: columns.slice(0, -1),
          orderBy: ['window_start', 'county'],
        },
        target,
      ),
    )
    await run(`CREATE VIEW ${earlier.database}.kpi AS SELECT * FROM ${earlier.database}.kpi_store FINAL`)
    return earlier
  }

  const read = async (target: TestDatabase) => ({
    kpi: await target.rows(
      'SELECT toUnixTimestamp64Milli(window_start) - 1772683200000 AS start, value, revision, version FROM db.kpi ORDER BY start',
    ),
    revisions: await target.rows('SELECT version, revision FROM db.kpi_revisions ORDER BY version'),
    late: await target.rows('SELECT from_offset FROM db.late ORDER BY from_offset'),
    measures: await target.rows(
      'SELECT county, toUnixTimestamp64Milli(window_end) - toUnixTimestamp64Milli(window_start) AS size, version FROM db.measures_rack ORDER BY county',
    ),
  })

  it('hold every row of before, and what an archive of before goes on writing', async () => {
    const earlier = await ofEarlierVersion()
    await earlier.insert('kpi_store', [kpi(noon, 1), kpi(noon + 10 * second, 2)])
    await earlier.insert('kpi_store', [kpi(noon, 3, 2)])
    await earlier.insert('kpi_revisions_store', [kpi(noon, 1), kpi(noon, 3, 2), kpi(noon - 86_400_000, 4)])
    await earlier.insert('late_store', [late(5), late(6)])
    await earlier.insert('measures_rack_store', [
      { county: '370102', ...window(noon, 10 * second), version: 7 },
      { county: '370103', ...window(noon, 10 * second), version: 8 },
    ])
    const before = {
      kpi: [
        { start: 0, value: 3, revision: 2, version: '3' },
        { start: 10 * second, value: 2, revision: 1, version: '2' },
      ],
      revisions: [
        { version: '1', revision: 1 },
        { version: '3', revision: 2 },
        { version: '4', revision: 1 },
      ],
      late: [{ from_offset: '5' }, { from_offset: '6' }],
      measures: [
        { county: '370102', size: 10 * second, version: '7' },
        { county: '370103', size: 10 * second, version: '8' },
      ],
    }
    await Promise.all(Array.from({ length: 3 }, () => migrate(earlier.client, earlier.database, log)))
    expect(asText(await read(earlier))).toEqual(asText(before))

    // As if it had been cut off before the end.
    await earlier.client.command({
      query: `ALTER TABLE ${earlier.database}.kpi_windows_store MODIFY COMMENT ''`,
    })
    await migrate(earlier.client, earlier.database, log)
    expect(asText(await read(earlier))).toEqual(asText(before))

    await earlier.insert('kpi_store', [kpi(noon + 20 * second, 9)])
    await earlier.insert('measures_rack_store', [
      { county: '370104', ...window(noon, 10 * second), version: 9 },
    ])
    const after = await read(earlier)
    expect(after.kpi.length).toBe(3)
    expect(after.measures.length).toBe(3)
    await earlier.drop()
  })

  it('get what an insert brings that began before and ends after', async () => {
    const earlier = await ofEarlierVersion()
    const inserted = earlier.client.command({
      query: `INSERT INTO ${earlier.database}.kpi_store (kpi, region, window_start, window_end, version)
        SELECT 'datacenter.pue', '370102', toDateTime64('2026-03-05 04:00:00', 3, 'UTC') + 10 * number AS start, start + 10, sleepEachRow(1) + 1
        FROM numbers(3)`,
      clickhouse_settings: { max_block_size: '1' },
    })
    const running = () =>
      earlier.rows(
        `SELECT 1 FROM system.processes WHERE query_kind = 'Insert' AND query LIKE '%${earlier.database}.kpi_store%'`,
      )
    await expect.poll(async () => (await running()).length).toBe(1)
    await migrate(earlier.client, earlier.database, log)
    expect(await earlier.rows('SELECT count() AS n FROM db.kpi')).toEqual([{ n: 3 }])
    await inserted
    await earlier.drop()
  })

  const alarm = (offset: number, alarm_id: string, state: string) => ({
    ...{ asset_id: 'site-1', county: '370102', event_time: sqlTime(noon), received_at: sqlTime(noon) },
    ...{ alarm_id, state, perceived_severity: 'CRITICAL', kafka_partition: 0, kafka_offset: offset },
  })
  const events = (target: TestDatabase) =>
    target.rows('SELECT alarm_id, state, kafka_offset FROM db.readings_radio_alarm ORDER BY kafka_offset')

  it('tell events of one asset and time apart, as far as they had not been merged away', async () => {
    const earlier = await ofEarlierVersion()
    const { orderBy, ...table } = readingTable('radio_alarm')
    const target = { database: earlier.database, enginePrefix: '' } as const
    const before = { ...table, name: 'readings_radio_alarm_store', orderBy: orderBy.slice(0, 2) }
    await earlier.client.command({ query: createTable(before, target) })
    await earlier.insert(before.name, [alarm(1, 'power', 'raised')])
    await earlier.insert(before.name, [alarm(2, 'power', 'cleared')])
    await earlier.insert(before.name, [alarm(3, 'power', 'raised')])
    await Promise.all(Array.from({ length: 3 }, () => migrate(earlier.client, earlier.database, log)))
    const told = [
      { alarm_id: 'power', state: 'raised', kafka_offset: '1' },
      { alarm_id: 'power', state: 'cleared', kafka_offset: '2' },
    ]
    expect(asText(await events(earlier))).toEqual(told)
    expect(await earlier.rows('SELECT alarm_id FROM db.alarms_active')).toEqual([])
    // Of an archive of before, and of this one.
    await earlier.insert(before.name, [alarm(4, 'link', 'raised')])
    await earlier.insert(readingTable('radio_alarm').name, [alarm(5, 'fan', 'raised')])
    expect((await events(earlier)).length).toBe(4)
    const received = 'SELECT count() AS n FROM db.received_radio_alarm WHERE kafka_offset < 10'
    expect(await earlier.rows(received)).toEqual([{ n: 5 }])
    await earlier.drop()
  })

  it('let the archive read topics of events again, once', async () => {
    const earlier = await ofEarlierVersion()
    const mark = (topic: string, through_offset: number) => ({
      ...{ topic, kafka_partition: 0, round: 2, through_offset, stored_at: sqlTime(noon) },
    })
    await earlier.insert('archived_store', [mark('telemetry.radio_alarm', 50), mark('telemetry.rack', 70)])
    const marks = () => earlier.rows('SELECT topic, round, through_offset FROM db.archived ORDER BY topic')
    for (const _again of [1, 2]) {
      await Promise.all(Array.from({ length: 3 }, () => migrate(earlier.client, earlier.database, log)))
      expect(asText(await marks())).toEqual([
        { topic: 'telemetry.rack', round: '2', through_offset: '70' },
        { topic: 'telemetry.radio_alarm', round: '1002', through_offset: '0' },
      ])
      // As if another process had not heard that it was applied.
      await earlier.client.command({
        query: `ALTER TABLE ${earlier.database}.schema_migrations DELETE WHERE version = 10 SETTINGS mutations_sync = 1`,
      })
    }
    await earlier.drop()
  })

  it('keep windows of two sizes at one start apart', async () => {
    const other = await testDatabase()
    for (const sizeMs of [10 * second, 60 * second]) {
      await other.insert('kpi_windows_store', [{ ...kpi(noon, 1), ...window(noon, sizeMs) }])
      await other.insert('kpi_revisions_windows_store', [{ ...kpi(noon, 1), ...window(noon, sizeMs) }])
      await other.insert('late_windows_store', [{ ...late(5), window_ms: sizeMs }])
      await other.insert(measureTable('rack').name, [{ county: '370102', ...window(noon, sizeMs) }])
    }
    for (const view of ['kpi', 'kpi_revisions', 'late', 'measures_rack']) {
      expect([view, await other.rows(`SELECT count() AS n FROM db.${view}`)]).toEqual([view, [{ n: 2 }]])
    }
    await other.drop()
  })
})

/** Whole numbers come as text or not, by their width. */
function asText(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, one) => (typeof one === 'number' ? String(one) : one)))
}

describe('readings', () => {
  const reading = (offset: number, power: number) => ({
    asset_id: 'r1',
    county: '370102',
    event_time: sqlTime(noon),
    received_at: sqlTime(noon + offset),
    it_power_w: power,
    kafka_partition: 0,
    kafka_offset: offset,
  })
  const stored = () => db.rows("SELECT it_power_w, kafka_offset FROM db.readings_rack WHERE asset_id = 'r1'")

  it('are the first of each identity in the log, in whatever order they were inserted and merged', async () => {
    await db.insert('readings_rack_store', [reading(20, 2), reading(30, 3)])
    expect(await stored()).toEqual([{ it_power_w: 2, kafka_offset: 20 }])
    await db.insert('readings_rack_store', [reading(10, 1)])
    await db.insert('readings_rack_store', [reading(40, 4)])
    expect(await stored()).toEqual([{ it_power_w: 1, kafka_offset: 10 }])
    await db.client.command({ query: `OPTIMIZE TABLE ${db.database}.readings_rack_store FINAL` })
    expect(await stored()).toEqual([{ it_power_w: 1, kafka_offset: 10 }])
    expect(await db.rows('SELECT count() AS n FROM db.readings_rack_store')).toEqual([{ n: 1 }])
  })

  it('inserted again change nothing', async () => {
    await db.insert('readings_rack_store', [reading(10, 1), reading(20, 2)])
    expect(await stored()).toEqual([{ it_power_w: 1, kafka_offset: 10 }])
  })
})

describe('assets', () => {
  it('are the last version of each; of one millisecond, the last in the log', async () => {
    const asset = (name: string, updated: number, offset: number) => ({
      asset_id: 'a1',
      record: 'rack',
      kind: 'rack',
      county: '370102',
      name,
      updated_at: sqlTime(updated),
      kafka_offset: offset,
    })
    await db.insert('assets_store', [asset('second', noon, 8), asset('first', noon, 7)])
    expect(await db.rows('SELECT name FROM db.assets')).toEqual([{ name: 'second' }])
    await db.insert('assets_store', [asset('older', noon - 1, 9)])
    await db.insert('assets_store', [asset('third', noon + 1, 10)])
    expect(await db.rows('SELECT name FROM db.assets')).toEqual([{ name: 'third' }])
  })
})

describe('regions', () => {
  it('have their names, their parents and their counties', async () => {
    expect(
      await db.rows(
        "SELECT code, level, parent, en FROM db.regions WHERE code IN ('370102', '370100') ORDER BY code",
      ),
    ).toEqual([
      { code: '370100', level: 'city', parent: 'circle-shenghui', en: 'Jinan' },
      { code: '370102', level: 'county', parent: '370100', en: 'Lixia District' },
    ])
    expect(await db.rows("SELECT successor, valid_to FROM db.regions WHERE code = '371200'")).toEqual([
      { successor: '370116', valid_to: '2018-12-26' },
    ])
    expect(await db.rows("SELECT count() AS n FROM db.region_counties WHERE region = '370000'")).toEqual([
      { n: 136 },
    ])
  })
})

describe('kpi', () => {
  const revision = (number: number, version: number, value: number | null) => ({
    kpi: 'datacenter.pue',
    region: '370102',
    level: 'county',
    record: 'facility',
    window_start: sqlTime(noon),
    window_end: sqlTime(noon + 60_000),
    value,
    numerator: 1,
    denominator: 1,
    status: number === 1 ? 'final' : 'corrected',
    revision: number,
    version,
    coverage: 1,
    computed_at: sqlTime(noon),
  })

  it('is the last revision, kpi_revisions are all of them, whatever came first', async () => {
    for (const table of ['kpi_windows_store', 'kpi_revisions_windows_store']) {
      await db.insert(table, [revision(2, 101, 1.4)])
      await db.insert(table, [revision(1, 100, 1.5)])
      await db.insert(table, [revision(1, 100, 1.5)])
    }
    expect(await db.rows('SELECT value, revision FROM db.kpi')).toEqual([{ value: 1.4, revision: 2 }])
    expect(await db.rows('SELECT value, revision FROM db.kpi_revisions ORDER BY revision')).toEqual([
      { value: 1.5, revision: 1 },
      { value: 1.4, revision: 2 },
    ])
  })
})

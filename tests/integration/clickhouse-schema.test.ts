import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../platform/clickhouse/migrate.ts'
import { readMigrations } from '../../platform/clickhouse/migrations.ts'
import { createLog } from '../../platform/log.ts'
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
    for (const table of ['kpi_store', 'kpi_revisions_store']) {
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

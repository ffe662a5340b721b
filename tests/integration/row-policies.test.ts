import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readMigrations, statementsOf } from '../../platform/clickhouse/migrations.ts'
import { definedTables } from '../../schemas/clickhouse/defined-tables.ts'
import { measureTables } from '../../schemas/clickhouse/measure-tables.ts'
import { readingTables } from '../../schemas/clickhouse/reading-tables.ts'
import { receivedFillers, receivedTables } from '../../schemas/clickhouse/received-tables.ts'
import { replaceTable } from '../../schemas/clickhouse/region-tables.ts'
import { policed, rowCondition, rowPoliciesSql } from '../../schemas/clickhouse/row-policies.ts'
import { createMaterializedView, createTable, sqlString } from '../../schemas/clickhouse/table.ts'
import { createView } from '../../schemas/clickhouse/view.ts'
import { views } from '../../schemas/clickhouse/views.ts'
import { regionOf } from '../../schemas/regions/regions.ts'

/**
 * The embedded engine has no place to keep roles, but takes filters of rows from its configuration: the conditions of
 * one role are tried as those of its only user. The statements themselves are given to its parser.
 */
const dir = mkdtempSync(join(tmpdir(), 'row-policies-'))
const jinan = regionOf('370100')!
const target = { database: 'citybrain', enginePrefix: '' } as const
let session: Session

const rows = (query: string) =>
  session
    .query(query, 'TabSeparated')
    .toString()
    .split('\n')
    .filter(line => line !== '')

beforeAll(() => {
  const filters = (['county', 'region', 'regions'] as const).flatMap(by =>
    policed[by].map(table => `<${table}><filter>${rowCondition(jinan, by)}</filter></${table}>`),
  )
  const users = join(dir, 'users.xml')
  const config = join(dir, 'config.xml')
  writeFileSync(
    users,
    `<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users><default><password></password>
      <networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
      <databases><citybrain>${filters.join('\n')}</citybrain></databases></default></users></clickhouse>`,
  )
  writeFileSync(config, `<clickhouse><users_config>${users}</users_config></clickhouse>`)
  session = new Session(join(dir, 'data'), {
    connectionArgs: [`--config-file=${config}`, '--implicit_select=0'],
  })
  for (const statement of [
    'CREATE DATABASE citybrain',
    ...readMigrations().flatMap(migration => statementsOf(migration, target)),
    ...[...readingTables, ...receivedTables, ...measureTables].map(table => createTable(table, target)),
    ...receivedFillers.map(filler => createMaterializedView(filler, 'citybrain')),
    ...definedTables.map(table => replaceTable(table, target, '')),
    ...views.map(view => createView(view, 'citybrain', '')),
    // Lot a of Jinan and lot b of Qingdao; lot m moved, and its second reading repeats the first from the new county.
    `INSERT INTO citybrain.readings_parking_store (asset_id, county, event_time, received_at, status, kafka_partition, kafka_offset) VALUES
      ('a', '370102', 1000, 1000, 'open', 0, 1), ('b', '370202', 1000, 1000, 'open', 0, 2), ('m', '370202', 1000, 1000, 'open', 0, 3)`,
    `INSERT INTO citybrain.readings_parking_store (asset_id, county, event_time, received_at, status, kafka_partition, kafka_offset) VALUES
      ('m', '370102', 1000, 1000, 'open', 0, 9)`,
    `INSERT INTO citybrain.kpi_windows_store (kpi, region, level, window_start, window_end, version)
      SELECT 'parking.occupancy_pct', code, level, 0, 60, 1 FROM citybrain.regions`,
    `INSERT INTO citybrain.measures_parking_windows_store (county, window_start, window_end, status, revision, assets, expected, readings)
      SELECT code, 0, 60, 'final', 1, 1, 2, 1 FROM citybrain.regions WHERE level = 'county' AND successor IS NULL`,
    `INSERT INTO citybrain.assets_store (asset_id, kind, county) SELECT code, 'lot', code FROM citybrain.regions WHERE level = 'county' AND successor IS NULL`,
    `INSERT INTO citybrain.alerts_store (alert_id, region, version) SELECT code, code, 1 FROM citybrain.regions`,
    `INSERT INTO citybrain.alert_commands_store (command_id, alert_id) SELECT code, concat('Rule:', code, ':20260301T040000Z') FROM citybrain.regions`,
    `INSERT INTO citybrain.silences_store (silence_id, regions) VALUES
      ('all', ['370000']), ('city', ['370100']), ('county', ['370102', '370202']), ('other', ['370200'])`,
  ]) {
    session.query(statement)
  }
})

afterAll(() => {
  session?.cleanup()
  rmSync(dir, { recursive: true, force: true })
})

test('every statement is one that ClickHouse understands', () => {
  const statements = rowPoliciesSql()
    .replaceAll(/^--.*$/gm, '')
    .split(/;\n/)
    .map(statement => statement.trim())
    .filter(statement => statement !== '')
  expect(statements.length).toBeGreaterThan(50)
  for (const statement of statements) {
    expect(() => rows(`SELECT formatQuery(${sqlString(statement)})`), statement).not.toThrow()
  }
  expect(() => rows("SELECT formatQuery('CREATE ROW POLICY x OVER y')")).toThrow()
})

test('an analyst of a city reads its rows in every view, and no other', () => {
  expect(rows('SELECT DISTINCT substring(region, 1, 4) FROM citybrain.kpi')).toEqual(['3701'])
  expect(rows('SELECT count() FROM citybrain.kpi')).toEqual(
    rows("SELECT count() FROM citybrain.regions WHERE startsWith(code, '3701') AND successor IS NULL"),
  )
  expect(rows('SELECT DISTINCT substring(county, 1, 4) FROM citybrain.measures_parking')).toEqual(['3701'])
  const offsets = rows('SELECT kafka_offset FROM citybrain.received_parking ORDER BY kafka_offset')
  expect(offsets).toEqual(['1', '9'])
})

test('an analyst of a city reads its alerts, and the silences that mute any of them', () => {
  expect(rows('SELECT DISTINCT substring(region, 1, 4) FROM citybrain.alerts')).toEqual(['3701'])
  expect(rows('SELECT DISTINCT substring(region, 1, 4) FROM citybrain.alert_commands')).toEqual(['3701'])
  expect(rows('SELECT silence_id FROM citybrain.silences ORDER BY silence_id')).toEqual([
    'all',
    'city',
    'county',
  ])
})

test('a reading that counts elsewhere does not come back as the repetition that it outweighed', () => {
  expect(rows('SELECT asset_id FROM citybrain.readings_parking ORDER BY asset_id')).toEqual(['a'])
})

test('sums over hours are of whole regions: the city as it is, the province not at all', () => {
  const summed = rows(
    "SELECT region, readings FROM citybrain.kpi_1h WHERE kpi = 'parking.lots_reporting' AND level != 'county'",
  )
  const counties = rows("SELECT count() FROM citybrain.regions WHERE parent = '370100'")
  expect(summed).toEqual([`370100\t${counties[0]}`])
  expect(rows("SELECT region, assets FROM citybrain.assets_in_service WHERE level != 'county'")).toEqual(
    summed,
  )
  expect(
    rows(
      "SELECT DISTINCT region FROM citybrain.kpi_1h_compared WHERE kpi = 'parking.lots_reporting' AND level != 'county'",
    ),
  ).toEqual(['370100'])
})

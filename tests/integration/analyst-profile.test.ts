import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { analystProfileSql, analystSettings, ownQueries } from '../../schemas/clickhouse/analyst-profile.ts'
import { sqlString } from '../../schemas/clickhouse/table.ts'

/** The embedded engine keeps no profiles, but takes one for its only user from its configuration. */
const dir = mkdtempSync(join(tmpdir(), 'analyst-profile-'))
let session: Session

const rows = (query: string) => session.query(query, 'TabSeparated').toString().trim().split('\n')

beforeAll(() => {
  const values = analystSettings.map(({ name, value }) => `<${name}>${value}</${name}>`)
  const constraints = analystSettings.map(({ name, bounds }) =>
    bounds === 'const'
      ? `<${name}><const/></${name}>`
      : `<${name}><min>${bounds.min}</min><max>${bounds.max}</max></${name}>`,
  )
  const users = join(dir, 'users.xml')
  const config = join(dir, 'config.xml')
  writeFileSync(
    users,
    `<clickhouse><profiles><default>${values.join('')}<constraints>${constraints.join('')}</constraints></default></profiles>
      <quotas><default/></quotas><users><default><password></password><networks><ip>::/0</ip></networks>
      <profile>default</profile><quota>default</quota><databases><system><processes>
      <filter>${ownQueries.processes?.replace('currentUser()', "'nobody'")}</filter></processes></system></databases>
      </default></users></clickhouse>`,
  )
  writeFileSync(config, `<clickhouse><users_config>${users}</users_config></clickhouse>`)
  session = new Session(join(dir, 'data'), {
    connectionArgs: [`--config-file=${config}`, '--implicit_select=0'],
  })
})

afterAll(() => {
  session?.cleanup()
  rmSync(dir, { recursive: true, force: true })
})

test('every statement is one that ClickHouse understands', () => {
  const statements = analystProfileSql()
    .replaceAll(/^--.*$/gm, '')
    .split(/;\n/)
    .map(statement => statement.trim())
    .filter(statement => statement !== '')
  expect(statements.length).toBe(1 + 2 * Object.keys(ownQueries).length)
  for (const statement of statements) {
    expect(() => rows(`SELECT formatQuery(${sqlString(statement)})`), statement).not.toThrow()
  }
})

test('an analyst reads and changes nothing', () => {
  expect(rows('SELECT count() FROM numbers(10)')).toEqual(['10'])
  for (const statement of [
    'CREATE TABLE t (a Int32) ENGINE = Memory',
    'CREATE DATABASE d',
    'DROP DATABASE default',
  ]) {
    expect(() => rows(statement)).toThrow('READONLY')
  }
})

test.each(analystSettings)('$name cannot be taken away', ({ name, value, bounds }) => {
  // 0 is no limit, but of threads as many as the machine has, which is compared with the bounds.
  const beyond =
    bounds === 'const' ? [value === 0 ? 1 : 0] : [bounds.max + 1, ...(name === 'max_threads' ? [] : [0])]
  for (const other of beyond) {
    expect(() => rows(`SELECT 1 SETTINGS ${name} = ${other}`)).toThrow(
      /SETTING_CONSTRAINT_VIOLATION|READONLY|QUERY_IS_PROHIBITED/,
    )
  }
  if (bounds !== 'const') expect(rows(`SELECT 1 SETTINGS ${name} = ${bounds.max}`)).toEqual(['1'])
})

test('what others ask is not seen', () => {
  expect(rows('SELECT count() FROM system.processes')).toEqual(['0'])
})

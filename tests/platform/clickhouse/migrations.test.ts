import { describe, expect, it } from 'vitest'
import {
  type Migration,
  pendingMigrations,
  readMigrations,
  statementsOf,
} from '../../../platform/clickhouse/migrations.ts'

const migration = (version: number, checksum: string, text = ''): Migration => ({
  version,
  name: `step-${version}`,
  checksum,
  text,
})

describe('pending migrations', () => {
  const all = [migration(1, 'a'), migration(2, 'b')]

  it('are those that were not applied', () => {
    expect(pendingMigrations(all, [])).toEqual(all)
    expect(pendingMigrations(all, [{ version: 1, checksum: 'a' }])).toEqual([all[1]])
    expect(
      pendingMigrations(all, [
        { version: 1, checksum: 'a' },
        { version: 2, checksum: 'b' },
      ]),
    ).toEqual([])
  })

  it('refuse an applied one that was changed', () => {
    const change = () => pendingMigrations(all, [{ version: 1, checksum: 'other' }])
    expect(change).toThrow(expect.objectContaining({ code: 'migration_changed' }))
  })

  it('leave those of a newer release alone', () => {
    expect(pendingMigrations(all, [{ version: 3, checksum: 'c' }])).toEqual(all)
  })
})

describe('statements', () => {
  const text = [
    '-- why; and how',
    "CREATE TABLE {database}.a (b String DEFAULT ';') ENGINE = {engine_prefix}MergeTree",
    'ORDER BY b;',
    '',
    '-- another',
    'SELECT 1;',
    '-- the end',
  ].join('\n')

  it('end where a line ends with a semicolon, and name the database and the engine', () => {
    const statements = statementsOf(migration(1, 'a', text), { database: 'd', enginePrefix: 'Replicated' })
    expect(statements).toHaveLength(2)
    expect(statements[0]).toContain("d.a (b String DEFAULT ';') ENGINE = ReplicatedMergeTree")
    expect(statements[1]).toBe('-- another\nSELECT 1')
  })
})

it('reads the migrations of the product in order', () => {
  const versions = readMigrations().map(({ version }) => version)
  expect(versions).toEqual(versions.map((_, index) => index + 1))
  expect(versions.length).toBeGreaterThan(0)
})

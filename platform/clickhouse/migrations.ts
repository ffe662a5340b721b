import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Target } from '../../schemas/clickhouse/table.ts'
import { CodedError } from '../errors.ts'

/** One file of schemas/clickhouse/migrations: applied once, never changed afterwards. */
export interface Migration {
  readonly version: number
  readonly name: string
  /** SHA-256 of the file, hex. */
  readonly checksum: string
  readonly text: string
}

export interface AppliedMigration {
  readonly version: number
  readonly checksum: string
}

const folder = join(import.meta.dirname, '../../schemas/clickhouse/migrations')

/** Every migration in order. @throws CodedError `migration_misnamed` unless they are numbered 1, 2, 3, ... */
export function readMigrations(from = folder): readonly Migration[] {
  const files = readdirSync(from).filter(file => file.endsWith('.sql'))
  return files.sort().map((file, index) => {
    const match = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file)
    const version = Number(match?.[1])
    const name = match?.[2]
    if (name === undefined || version !== index + 1) {
      throw new CodedError(
        'migration_misnamed',
        `${file}: expected a name like 000${index + 1}-what-it-does.sql`,
      )
    }
    const text = readFileSync(join(from, file), 'utf8')
    return { version, name, checksum: createHash('sha256').update(text).digest('hex'), text }
  })
}

/**
 * The migrations still to apply.
 * @throws CodedError `migration_changed` where one was applied with another content.
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] {
  const checksums = new Map(applied.map(({ version, checksum }) => [version, checksum]))
  return migrations.filter(({ version, name, checksum }) => {
    const before = checksums.get(version)
    if (before !== undefined && before !== checksum) {
      throw new CodedError(
        'migration_changed',
        `migration ${version} (${name}) is not the one that was applied`,
        {
          hint: 'an applied migration must stay as it is: restore the file and add a new one for the change',
        },
      )
    }
    return before === undefined
  })
}

/** The statements of a migration for a database; each ends with a semicolon at the end of a line. */
export function statementsOf(migration: Migration, { database, enginePrefix }: Target): readonly string[] {
  return migration.text
    .replaceAll('{database}', database)
    .replaceAll('{engine_prefix}', enginePrefix)
    .split(/;[ \t]*(?:\n|$)/)
    .map(statement => statement.trim())
    .filter(statement => statement.replaceAll(/^--.*$/gm, '').trim() !== '')
}

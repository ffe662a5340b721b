import { randomUUID } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import { inject } from 'vitest'
import { clickhouseClient } from '../../platform/clickhouse/clickhouse-client.ts'
import { migrate } from '../../platform/clickhouse/migrate.ts'
import { createLog } from '../../platform/log.ts'
import { clickhousePassword } from '../clickhouse-password.ts'

export interface TestDatabase {
  readonly client: ClickHouseClient
  readonly database: string
  /** `db` in the query stands for the database. */
  rows<T>(query: string): Promise<readonly T[]>
  insert(table: string, values: readonly object[]): Promise<void>
  drop(): Promise<void>
}

/** A database of one test file's own, with every table and view unless told otherwise. */
export async function testDatabase(url = inject('clickhouseUrl'), migrated = true): Promise<TestDatabase> {
  const database = `test_${randomUUID().replaceAll('-', '')}`
  const client = clickhouseClient({
    clickhouseUrl: url,
    clickhouseUser: 'default',
    clickhousePassword,
    clickhouseDatabase: database,
  })
  if (migrated) await migrate(client, database, createLog('test', 'silent'))
  return {
    client,
    database,
    async rows<T>(query: string) {
      const result = await client.query({
        query: query.replaceAll(/\bdb\./g, `${database}.`),
        format: 'JSONEachRow',
      })
      return result.json<T>()
    },
    async insert(table, values) {
      await client.insert({ table: `${database}.${table}`, values: [...values], format: 'JSONEachRow' })
    },
    async drop() {
      await client.command({ query: `DROP DATABASE IF EXISTS ${database}` })
      await client.close()
    },
  }
}

/** Epoch ms as ClickHouse reads a DateTime64. */
export function sqlTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('T', ' ').replace('Z', '')
}

import type { ClickHouseClient } from '@clickhouse/client'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'

/** Where the audit asks. */
export interface Store {
  readonly clickhouse: ClickHouseClient
  readonly database: string
}

/** The rows of a query. @throws ClickHouseError; ParseError where they are not of this shape */
export async function ask<T extends TSchema>(
  { clickhouse }: Store,
  row: T,
  query: string,
): Promise<Static<T>[]> {
  const result = await clickhouse.query({
    query,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0, join_use_nulls: 0 },
  })
  return Value.Parse(Type.Array(row), await result.json())
}

import type { ClickHouseClient } from '@clickhouse/client'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'

/** Where rows are asked for. */
export interface Store {
  readonly clickhouse: ClickHouseClient
  readonly database: string
}

/**
 * The rows of a query, 64-bit integers as numbers.
 * @param query in which `{database: Identifier}` names the database
 * @throws ClickHouseError; ParseError where the rows are not of this shape
 */
export async function selectRows<T extends TSchema>(
  { clickhouse, database }: Store,
  row: T,
  query: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<Static<T>[]> {
  const result = await clickhouse.query({
    query,
    query_params: { database, ...params },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  return Value.Parse(Type.Array(row), await result.json())
}

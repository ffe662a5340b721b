import type { ClickHouseClient } from '@clickhouse/client'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { failureOf, passing } from '../../../platform/clickhouse/clickhouse-failure.ts'
import { CodedError, messageOf } from '../../../platform/errors.ts'

/** Where the audit asks. */
export interface Store {
  readonly clickhouse: ClickHouseClient
  readonly database: string
}

/**
 * The rows of a query.
 * @throws CodedError `clickhouse_unavailable`; ClickHouseError; ParseError where the rows are not of this shape
 */
export async function ask<T extends TSchema>(store: Store, row: T, query: string): Promise<Static<T>[]> {
  return Value.Parse(Type.Array(row), await rowsOf(store, query))
}

async function rowsOf({ clickhouse }: Store, query: string): Promise<unknown> {
  try {
    const result = await clickhouse.query({
      query,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0, join_use_nulls: 0 },
    })
    return await result.json()
  } catch (cause) {
    if (!passing.includes(failureOf(cause))) throw cause
    throw new CodedError('clickhouse_unavailable', `ClickHouse: ${messageOf(cause)}`, { cause })
  }
}

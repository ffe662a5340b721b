import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { asked, type Store } from '../../../platform/clickhouse/select-rows.ts'

/**
 * The rows of a query.
 * @throws CodedError `clickhouse_unavailable`; ClickHouseError; ParseError where the rows are not of this shape
 */
export async function ask<T extends TSchema>(store: Store, row: T, query: string): Promise<Static<T>[]> {
  const rows = await asked(store, async () => {
    const result = await store.clickhouse.query({
      query,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0, join_use_nulls: 0 },
    })
    return result.json()
  })
  return Value.Parse(Type.Array(row), rows)
}

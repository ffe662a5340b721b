import type { ClickHouseClient } from '@clickhouse/client'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'

/** Where rows are asked for. */
export interface Store {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  /** Asks again what failed; a question is asked once where this is absent, and whoever asks repeats it. */
  readonly repeat?: Repeat
}

/** Runs a question that changes nothing, as often as it takes. */
export type Repeat = <T>(ask: () => Promise<T>) => Promise<T>

/** An answer is read within the question: a connection that breaks in the middle of it breaks the question. */
export function asked<T>({ repeat }: Store, ask: () => Promise<T>): Promise<T> {
  return repeat ? repeat(ask) : ask()
}

/**
 * The rows of a query, 64-bit integers as numbers.
 * @param query in which `{database: Identifier}` names the database
 * @throws ClickHouseError; ParseError where the rows are not of this shape
 */
export async function selectRows<T extends TSchema>(
  store: Store,
  row: T,
  query: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<Static<T>[]> {
  const rows = await asked(store, async () => {
    const result = await store.clickhouse.query({
      query,
      query_params: { database: store.database, ...params },
      format: 'JSONEachRow',
      // Whatever a profile of the user says: the shapes are of these.
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0, join_use_nulls: 0 },
    })
    return result.json()
  })
  return Value.Parse(Type.Array(row), rows)
}

import type { ClickHouseClient } from '@clickhouse/client'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { CodedError, messageOf } from '../../platform/errors.ts'
import type { SqlQuery } from './sql-query.ts'

const answerWithinMs = 20_000

/** Where stored values are read. */
export interface History {
  readonly clickhouse: ClickHouseClient
  readonly database: string
}

/**
 * The rows of a query, which may name the database as `{database: Identifier}`; times come as RFC 3339.
 * @throws CodedError `history_unavailable`; ParseError for rows of another shape.
 */
export async function askHistory<T extends TSchema>(
  { clickhouse }: History,
  { text, params }: SqlQuery,
  row: T,
): Promise<Static<T>[]> {
  return Value.Parse(Type.Array(row), await rowsOf(clickhouse, text, params))
}

async function rowsOf(
  clickhouse: ClickHouseClient,
  query: string,
  query_params: Record<string, unknown>,
): Promise<unknown> {
  try {
    const result = await clickhouse.query({
      query,
      query_params,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0, date_time_output_format: 'iso' },
      abort_signal: AbortSignal.timeout(answerWithinMs),
    })
    return await result.json()
  } catch (cause) {
    throw new CodedError('history_unavailable', `ClickHouse: ${messageOf(cause)}`, {
      cause,
      hint: 'current values are on /v1/kpis/latest and the stream',
    })
  }
}

import { type ClickHouseClient, ClickHouseError, type ClickHouseSettings } from '@clickhouse/client'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { CodedError, messageOf } from '../../platform/errors.ts'
import type { SqlQuery } from './sql-query.ts'

/** Where stored values are read. */
export interface History {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  /** A query that takes longer is cancelled, ms. */
  readonly historyTimeoutMs: number
  /** Gives up what is asked. */
  readonly signal?: AbortSignal
}

/** ClickHouse says that it ended the query itself a moment before its connection is cut. */
const graceMs = 1_000

/** TIMEOUT_EXCEEDED of ClickHouse: `max_execution_time` was over, or was seen not to suffice. */
const timeoutExceeded = '159'
/** Errors of signals, and of the client where it heard nothing or was told to stop; not `aborted`, a broken connection. */
const givenUp = /^(AbortError|TimeoutError):|^Error: (Timeout error|The user aborted)/

/**
 * The rows of a query, which may name the database as `{database: Identifier}`; times come as RFC 3339.
 * @throws CodedError `history_unavailable` or `history_timeout`; ParseError for rows of another shape.
 */
export async function askHistory<T extends TSchema>(
  history: History,
  { text, params }: SqlQuery,
  row: T,
): Promise<Static<T>[]> {
  return Value.Parse(Type.Array(row), await rowsOf(history, text, params))
}

/** For reading: what is asked is given up by ClickHouse itself after a time, and when nobody waits for it. */
export function readSettings(timeoutMs: number): ClickHouseSettings {
  return {
    // Without it a server does not cancel what a closed connection asked.
    readonly: '2',
    cancel_http_readonly_queries_on_client_close: 1,
    max_execution_time: Math.max(1, Math.ceil(timeoutMs / 1_000)),
    output_format_json_quote_64bit_integers: 0,
    date_time_output_format: 'iso',
  }
}

/** What a failed reading is to those who asked. */
export function historyFailure(cause: unknown): CodedError {
  if (cause instanceof CodedError) return cause
  const late =
    cause instanceof ClickHouseError
      ? cause.code === timeoutExceeded
      : cause instanceof Error && givenUp.test(`${cause.name}: ${cause.message}`)
  if (late) {
    return new CodedError('history_timeout', 'ClickHouse did not answer in time; the query was cancelled', {
      cause,
      hint: 'ask for fewer regions, a shorter range or a longer step',
    })
  }
  return new CodedError('history_unavailable', `ClickHouse: ${messageOf(cause)}`, {
    cause,
    hint: 'current values are on /v1/kpis/latest and the stream',
  })
}

async function rowsOf(
  { clickhouse, historyTimeoutMs, signal }: History,
  query: string,
  query_params: Record<string, unknown>,
): Promise<unknown> {
  const overdue = AbortSignal.timeout(historyTimeoutMs + graceMs)
  try {
    const result = await clickhouse.query({
      query,
      query_params,
      format: 'JSONEachRow',
      clickhouse_settings: readSettings(historyTimeoutMs),
      abort_signal: signal ? AbortSignal.any([signal, overdue]) : overdue,
    })
    return await result.json()
  } catch (cause) {
    throw historyFailure(cause)
  }
}

import { addAbortSignal, pipeline, Transform } from 'node:stream'
import { Type } from 'typebox'
import { CodedError } from '../../platform/errors.ts'
import { askHistory, type History, historyFailure, readSettings } from '../history/ask-history.ts'
import type { ExportProgress } from './export-progress.ts'
import { countQuery, type ExportRequest, fileQuery } from './export-request.ts'
import { fileCheck } from './whole-file.ts'

export interface OpenedExport {
  /** Counted before the file was begun. */
  readonly rows: number
  /** The file as ClickHouse writes it, at the pace of its reader; it ends with an error unless it is whole. */
  readonly file: Transform
}

const Count = Type.Object({ rows: Type.Integer() })

/**
 * Counts the rows, then begins the file. Nothing of it is collected here.
 * @param history its signal ends the export
 * @throws CodedError `too_many_points`, `history_unavailable` or `history_timeout`.
 */
export async function openExport(
  history: History & { readonly signal: AbortSignal },
  request: ExportRequest,
  progress: ExportProgress,
  maxRows: number,
): Promise<OpenedExport> {
  const { database, signal } = history
  const [counted] = await askHistory(history, countQuery(database, request), Count)
  const rows = counted?.rows ?? 0
  if (rows > maxRows) {
    throw new CodedError('too_many_points', `${rows} rows, and an export has at most ${maxRows}`, {
      hint: 'ask for fewer regions or KPIs, a shorter range or a longer step',
    })
  }
  progress.counted(rows)
  const check = fileCheck(request.format, rows)
  const file = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      check.take(chunk)
      progress.wrote(chunk.length, check.rows)
      done(null, chunk)
    },
    flush(done) {
      try {
        check.end()
        done()
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })
  addAbortSignal(signal, file)
  // The reader of the file is told what goes wrong by the file itself.
  pipeline(await begin(history, request), file, () => undefined)
  return { rows, file }
}

async function begin(history: History & { readonly signal: AbortSignal }, request: ExportRequest) {
  const { clickhouse, database, historyTimeoutMs, signal } = history
  const { text, params } = fileQuery(database, request)
  try {
    const { stream } = await clickhouse.exec({
      query: text,
      query_params: params,
      clickhouse_settings: { ...readSettings(historyTimeoutMs), format_csv_null_representation: '' },
      abort_signal: signal,
    })
    return stream
  } catch (cause) {
    throw historyFailure(cause)
  }
}

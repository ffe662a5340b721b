import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { blockFrames, blockMethod } from './compression/block-frames.ts'
import { chooseEncoder } from './compression/encodings.ts'
import type { Engine } from './engine/engine.ts'
import { contentType } from './protocol/content-type.ts'
import { type HttpQuery, isOn } from './protocol/http-request.ts'
import type { QueryAnswer } from './run-query.ts'

/** Headers of every answer to a query, errors included. */
export function serverHeaders(query: HttpQuery, engine: Engine): readonly (readonly [string, string])[] {
  return [
    ['x-clickhouse-server-display-name', hostname()],
    ['x-clickhouse-query-id', query.queryId.replace(/[^\x20-\x7e]/g, '?')],
    ['x-clickhouse-timezone', query.settings.get('session_timezone') || engine.timezone],
    // Announced by every server; an error after the first byte cannot happen here, results are sent whole.
    ['x-clickhouse-exception-tag', randomBytes(8).toString('hex')],
  ]
}

/** Sends a whole result. */
export async function sendAnswer(
  response: ServerResponse,
  query: HttpQuery,
  answer: QueryAnswer,
  elapsedMs: number,
): Promise<void> {
  response.setHeader('content-type', contentType(answer.format))
  response.setHeader('x-clickhouse-format', answer.format)
  response.setHeader('x-clickhouse-summary', summary(answer, elapsedMs))
  await sendBytes(response, query, answer.bytes)
}

/**
 * Sends a result, or an error after the login: in ClickHouse's own blocks where the client asked for them, and in an
 * encoding that it accepts where it asked for HTTP compression. Short ones too: the Java client takes an answer without
 * a Content-Encoding for LZ4 then.
 */
export async function sendBytes(response: ServerResponse, query: HttpQuery, bytes: Buffer): Promise<void> {
  const method = blockMethod(query.settings.get('network_compression_method'))
  const body = query.answerInBlocks ? await buffer(blockFrames(bytes, method)) : bytes
  const asked = isOn(query.settings.get('enable_http_compression')) && body.length > 0
  const encoder = asked ? chooseEncoder(query.acceptEncoding) : null
  if (encoder) {
    response.setHeader('content-encoding', encoder.name)
    response.setHeader('vary', 'accept-encoding')
  }
  const encoded = encoder ? await encoder.encode(body) : body
  response.setHeader('content-length', encoded.length)
  response.end(encoded)
}

/** The engine tells what it read; what an INSERT read from its data is what it wrote. */
function summary({ rowsRead, bytesRead, rowsWritten, bytes }: QueryAnswer, elapsedMs: number): string {
  const numbers = {
    read_rows: rowsRead,
    read_bytes: bytesRead,
    written_rows: rowsWritten,
    written_bytes: rowsWritten > 0 ? bytesRead : 0,
    total_rows_to_read: 0,
    result_rows: rowsWritten,
    result_bytes: bytes.length,
    elapsed_ns: Math.round(elapsedMs * 1e6),
  }
  return JSON.stringify(Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, String(n)])))
}

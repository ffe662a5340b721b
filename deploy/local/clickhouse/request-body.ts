import { Readable } from 'node:stream'
import { messageOf } from '../../../platform/errors.ts'
import { readBlockFrames } from './compression/block-frames.ts'
import { decoded, engineEncodings } from './compression/encodings.ts'
import type { Engine } from './engine/engine.ts'
import type { Spool } from './engine/spool.ts'
import { ClickHouseException } from './protocol/exception.ts'
import { type HttpQuery, isOn } from './protocol/http-request.ts'
import { bounded, type Pace, paced } from './protocol/paced.ts'
import { sqlString } from './protocol/statement.ts'

export interface BodyLimits {
  readonly pace: Pace
  /** Of a decoded body. */
  readonly maxBytes: number
}

/**
 * The decoded body. What node cannot decode (lz4, which clickhouse-connect inserts with) the engine does,
 * from a file.
 * @throws ClickHouseException 89 for an unknown Content-Encoding, 271 for data that is not in it, 209 for a body that
 * does not come, 229 for one that is too long, and what compressed blocks are found to be.
 */
export async function openBody(
  parts: { readonly engine: Engine; readonly spool: Spool; readonly limits: BodyLimits },
  request: Readable,
  query: HttpQuery,
): Promise<AsyncIterable<Uint8Array>> {
  const body = await withoutEncoding(parts, request, query.contentEncoding)
  if (!query.bodyInBlocks) return body
  const checksums = !isOn(query.settings.get('http_native_compression_disable_checksumming_on_decompress'))
  return bounded(readBlockFrames(body, { checksums }), parts.limits.maxBytes)
}

async function withoutEncoding(
  { engine, spool, limits }: { engine: Engine; spool: Spool; limits: BodyLimits },
  request: Readable,
  encoding: string,
): Promise<AsyncIterable<Uint8Array>> {
  const coming = Readable.from(paced(request, limits.pace), { objectMode: false })
  const stream = decoded(coming, encoding)
  if (stream) return bounded(readable(stream), limits.maxBytes)
  const method = engineEncodings[encoding]
  if (!method) {
    throw new ClickHouseException('UNKNOWN_COMPRESSION_METHOD', `Unknown compression method ${encoding}`)
  }
  return bounded(engineDecoded(engine, spool, coming, method), limits.maxBytes)
}

async function* readable(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (error) {
    if (error instanceof ClickHouseException) throw error
    throw new ClickHouseException('CANNOT_DECOMPRESS', `Cannot read the request body: ${messageOf(error)}`)
  }
}

async function* engineDecoded(
  engine: Engine,
  spool: Spool,
  request: Readable,
  method: string,
): AsyncGenerator<Uint8Array> {
  await using file = await spool.write(request)
  if (file.bytes === 0) return
  const connection = engine.connect()
  try {
    const { bytes } = await connection.run(
      `SELECT * FROM file(${sqlString(file.path)}, 'RawBLOB', 'body String', ${sqlString(method)})`,
      'RawBLOB',
    )
    yield bytes
  } finally {
    connection.close()
  }
}

import type { Readable } from 'node:stream'
import { messageOf } from '../../../platform/errors.ts'
import type { Engine } from './engine/engine.ts'
import type { Spool } from './engine/spool.ts'
import { decoded, engineEncodings } from './protocol/encodings.ts'
import { ClickHouseException } from './protocol/exception.ts'
import { sqlString } from './protocol/statement.ts'

/**
 * The decoded body. What node cannot decode (lz4, which clickhouse-connect inserts with) the engine does,
 * from a file.
 * @throws ClickHouseException 89 for an unknown Content-Encoding, 271 for data that is not in it.
 */
export async function openBody(
  { engine, spool }: { engine: Engine; spool: Spool },
  request: Readable,
  encoding: string,
): Promise<AsyncIterable<Uint8Array>> {
  const stream = decoded(request, encoding)
  if (stream) return readable(stream)
  const method = engineEncodings[encoding]
  if (!method) {
    throw new ClickHouseException('UNKNOWN_COMPRESSION_METHOD', `Unknown compression method ${encoding}`)
  }
  return engineDecoded(engine, spool, request, method)
}

async function* readable(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (error) {
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
      `SELECT * FROM file(${sqlString(file.path)}, 'RawBLOB', 'body String', ${sqlString(method)})
       SETTINGS max_result_bytes = 0`,
      'RawBLOB',
    )
    yield bytes
  } finally {
    connection.close()
  }
}

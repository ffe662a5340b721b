import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { messageOf } from '../../../../platform/errors.ts'
import { ClickHouseException } from './exception.ts'
import { longestStatement } from './receive.ts'

/** More tables than this in one request are refused; so are more fields than ten times that. */
const mostFiles = 100

/**
 * Reads a multipart form: a part with a file name is the data of an external table and goes to `keep` as it comes, the
 * others are fields, as if they stood in the URL (`query`, `param_*`, settings).
 * @throws ClickHouseException 36 for a broken form, 229 for fields that are too long together, and what `keep` throws
 */
export async function readForm(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  keep: (name: string, content: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<Map<string, string>> {
  const fields = new Map<string, string>()
  const files: Readable[] = []
  const kept: Promise<void>[] = []
  let bytes = 0
  const form = openForm(contentType)
  const fail = (error: Error): void => void form.destroy(error)
  form.on('field', (name, value, _, isTruncated) => {
    bytes += Buffer.byteLength(value)
    if (isTruncated || bytes > longestStatement) {
      fail(tooLarge(`The fields of the form are longer than ${longestStatement} bytes`))
    }
    fields.set(name ?? '', value)
  })
  form.on('file', (name, file) => {
    files.push(file)
    // Whoever reads it is told as well; where nobody does any more, this would end the process.
    file.on('error', () => undefined)
    kept.push(keep(name ?? '_data', file).catch(fail))
  })
  form.on('error', () => undefined)
  form.on('filesLimit', () => fail(tooLarge(`More than ${mostFiles} external tables in one request`)))
  form.on('fieldsLimit', () => fail(tooLarge(`More than ${10 * mostFiles} fields in one form`)))
  try {
    await pipeline(Readable.from(body, { objectMode: false }), form)
  } catch (error) {
    for (const file of files) file.destroy(brokenForm(error))
    throw brokenForm(error)
  } finally {
    await Promise.all(kept)
  }
  return fields
}

function openForm(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: (_name, _type, fileName) => fileName !== undefined,
      limits: {
        fieldSize: longestStatement,
        files: mostFiles,
        fields: 10 * mostFiles,
        headerSize: 16 * 1024,
      },
    })
  } catch (error) {
    throw brokenForm(error)
  }
}

function brokenForm(error: unknown): ClickHouseException {
  if (error instanceof ClickHouseException) return error
  return new ClickHouseException('BAD_ARGUMENTS', `Cannot read the multipart form: ${messageOf(error)}`)
}

function tooLarge(message: string): ClickHouseException {
  return new ClickHouseException('QUERY_IS_TOO_LARGE', message)
}

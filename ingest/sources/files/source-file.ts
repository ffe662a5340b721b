import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import { beginningOfText, encodingOf, inUtf8 } from './text-encoding.ts'

const headBytes = 64 * 1024
/** Bytes that one byte of a gzipped file may become, above the floor: telemetry becomes 5 to 50. */
const maxRatio = 200
const ratioFloorBytes = 64 * 1024 * 1024

/** A file to replay, gzipped or not. */
export interface SourceFile {
  readonly path: string
  /** Without folder and without .gz. */
  readonly name: string
  /** On disk, bytes. */
  readonly size: number
  /** What was asked for it, for files beside it. */
  readonly encoding: string | undefined
  /** The beginning of its text: formats are told by content. */
  readonly head: string
  /** Its text in UTF-8, decompressed; `onProgress` is told how many bytes were read from disk. */
  readonly read: (onProgress?: (bytes: number) => void) => Readable
}

/**
 * @param encoding of its text, where neither a byte order mark nor an XML declaration says it, and it is not UTF-8
 * @throws CodedError `file_unreadable`, `encoding_unknown`
 */
export async function sourceFile(path: string, encoding?: string): Promise<SourceFile> {
  try {
    const { size } = await stat(path)
    const start = await readStart(path)
    const gzipped = start[0] === 0x1f && start[1] === 0x8b
    const chunks = (onProgress?: (bytes: number) => void) => chunksOf(path, gzipped, size, onProgress)
    const bytes = gzipped ? await beginningOf(chunks()) : start
    const own = encodingOf(bytes, encoding, path)
    return {
      path,
      name: basename(path).replace(/\.gz$/, ''),
      size,
      encoding,
      head: beginningOfText(bytes, own),
      read: onProgress => Readable.from(inUtf8(chunks(onProgress), own, path), { objectMode: false }),
    }
  } catch (error) {
    if (error instanceof CodedError) throw error
    throw new CodedError('file_unreadable', `${path}: ${messageOf(error)}`)
  }
}

/** @throws CodedError `file_unreadable`, `file_too_large`, both with the place */
async function* chunksOf(
  path: string,
  gzipped: boolean,
  size: number,
  onProgress?: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const raw = createReadStream(path)
  if (onProgress) raw.on('data', chunk => onProgress(chunk.length))
  const text = gzipped ? raw.pipe(createGunzip()) : raw
  raw.on('error', error => text.destroy(error))
  const maxBytes = Math.max(ratioFloorBytes, size * maxRatio)
  let bytes = 0
  try {
    for await (const chunk of text as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (gzipped && bytes > maxBytes) {
        const most = `more than ${maxBytes} bytes come of ${size}`
        throw new CodedError('file_too_large', `${path}: ${most}: no telemetry is that repetitive`)
      }
      yield chunk
    }
  } catch (error) {
    if (error instanceof CodedError) throw error
    throw new CodedError('file_unreadable', `${path}: ${messageOf(error)} behind byte ${bytes}`)
  } finally {
    raw.destroy()
  }
}

/** The beginning is enough to tell a format by, even of a file that breaks off. */
async function beginningOf(text: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of text) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= headBytes) break
    }
  } catch (error) {
    if (bytes === 0) throw error
  }
  return Buffer.concat(chunks).subarray(0, headBytes)
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

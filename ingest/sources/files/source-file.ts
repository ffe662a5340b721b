import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CodedError, messageOf } from '../../../platform/errors.ts'

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
  /** The beginning of its text: formats are told by content. */
  readonly head: string
  /** Its bytes, decompressed; `onProgress` is told how many were read from disk. */
  readonly read: (onProgress?: (bytes: number) => void) => Readable
}

/** @throws CodedError `file_unreadable`. */
export async function sourceFile(path: string): Promise<SourceFile> {
  try {
    const { size } = await stat(path)
    const start = await readStart(path)
    const gzipped = start[0] === 0x1f && start[1] === 0x8b
    const read = (onProgress?: (bytes: number) => void) =>
      Readable.from(chunksOf(path, gzipped, size, onProgress), { objectMode: false })
    const text = gzipped ? await beginningOf(read()) : start
    return {
      path,
      name: basename(path).replace(/\.gz$/, ''),
      size,
      head: text.toString('utf8').replace(/^\uFEFF/, ''),
      read,
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
async function beginningOf(text: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of text as AsyncIterable<Buffer>) {
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

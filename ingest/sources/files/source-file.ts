import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { createGunzip, gunzipSync, constants as zlib } from 'node:zlib'
import { CodedError, messageOf } from '../../../platform/errors.ts'

const headBytes = 64 * 1024

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
    // The start of a gzip file decompresses to the start of its text when the missing end is forgiven.
    const text = gzipped ? gunzipSync(start, { finishFlush: zlib.Z_SYNC_FLUSH }) : start
    return {
      path,
      name: basename(path).replace(/\.gz$/, ''),
      size,
      head: text.toString('utf8').replace(/^\uFEFF/, ''),
      read: onProgress => {
        const raw = createReadStream(path)
        if (onProgress) raw.on('data', chunk => onProgress(chunk.length))
        if (!gzipped) return raw
        const text = createGunzip()
        raw.on('error', error => text.destroy(error))
        return raw.pipe(text)
      },
    }
  } catch (error) {
    throw new CodedError('file_unreadable', `${path}: ${messageOf(error)}`)
  }
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

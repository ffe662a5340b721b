import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDiskFull } from '../../../../platform/disk-space.ts'
import type { Resource } from '../../../../platform/lifecycle.ts'
import { ClickHouseException } from '../protocol/exception.ts'

export interface SpooledFile extends AsyncDisposable {
  readonly path: string
  readonly bytes: number
}

/**
 * Files that carry the data of an INSERT into the engine, which reads any of its formats from a file and
 * only text from memory. They live from the first byte of a request to its answer, mostly in the page
 * cache, and are emptied at start: an unacknowledged insert leaves nothing.
 */
export class Spool implements Resource {
  readonly name = 'spool'
  private readonly dir: string
  private readonly maxBytes: number
  private written = 0
  private held = 0

  /** @param maxBytes of all files at once */
  constructor(dataDir: string, maxBytes: number) {
    this.maxBytes = maxBytes
    this.dir = join(resolve(dataDir), 'spool')
  }

  async start(): Promise<void> {
    rmSync(this.dir, { recursive: true, force: true })
    mkdirSync(this.dir, { recursive: true })
  }

  async stop(): Promise<void> {
    rmSync(this.dir, { recursive: true, force: true })
  }

  /**
   * Writes everything to a file of its own; the file is removed when the writing fails.
   * @throws ClickHouseException 243 when there is no room for it, 202 when the files that are there leave none
   */
  async write(source: AsyncIterable<Uint8Array>): Promise<SpooledFile> {
    this.written += 1
    const path = join(this.dir, String(this.written))
    let bytes = 0
    const hold = (more: number): void => {
      bytes += more
      this.held += more
    }
    const counted = async function* (this: Spool) {
      for await (const chunk of source) {
        hold(chunk.byteLength)
        if (this.held > this.maxBytes) {
          throw new ClickHouseException(
            'TOO_MANY_SIMULTANEOUS_QUERIES',
            `The requests that are being received hold more than ${this.maxBytes} bytes together`,
          )
        }
        yield chunk
      }
    }
    const remove = async (): Promise<void> => {
      this.held -= bytes
      bytes = 0
      await rm(path, { force: true })
    }
    try {
      await pipeline(Readable.from(counted.call(this), { objectMode: false }), createWriteStream(path))
    } catch (error) {
      await remove()
      if (!isDiskFull(error)) throw error
      throw new ClickHouseException(
        'NOT_ENOUGH_SPACE',
        `Cannot keep the data of the query: no room in ${this.dir}`,
      )
    }
    const written = bytes
    return { path, bytes: written, [Symbol.asyncDispose]: remove }
  }
}

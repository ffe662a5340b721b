import { ClickHouseException } from '../protocol/exception.ts'

/** Takes bytes out of chunks as they come; copies only what lies in several. */
export class ByteReader {
  private readonly chunks: AsyncIterator<Uint8Array>
  private chunk: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = source[Symbol.asyncIterator]()
  }

  /** Null at the end of the source. */
  async take(count: number): Promise<Buffer | null> {
    const parts = [this.chunk]
    let length = this.chunk.length
    while (length < count) {
      const next = await this.chunks.next()
      if (next.done) {
        if (length === 0) return null
        throw brokenOff()
      }
      const { buffer, byteOffset, byteLength } = next.value
      parts.push(Buffer.from(buffer, byteOffset, byteLength))
      length += byteLength
    }
    const bytes = parts.length === 1 ? this.chunk : Buffer.concat(parts, length)
    this.chunk = bytes.subarray(count)
    return bytes.subarray(0, count)
  }

  /** Of something that has begun. */
  async rest(count: number): Promise<Buffer> {
    const bytes = await this.take(count)
    if (bytes) return bytes
    throw brokenOff()
  }
}

function brokenOff(): ClickHouseException {
  return new ClickHouseException('CANNOT_READ_ALL_DATA', 'The request body ends within a compressed block')
}

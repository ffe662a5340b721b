import { ClickHouseException } from './exception.ts'

export interface Pace {
  /** Time in which a body that is waited for brings at least `leastBytes`, ms. */
  readonly withinMs: number
  readonly leastBytes: number
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number
}

/**
 * A body takes as long as it needs, as long as it comes. Time that the reader takes does not count.
 * @throws ClickHouseException 209 when it trickles or has stopped
 */
export async function* paced(source: AsyncIterable<Uint8Array>, pace: Pace): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]()
  let bytes = 0
  let waitedMs = 0
  for (;;) {
    const began = pace.now()
    const next = await within(chunks.next(), pace.withinMs - waitedMs)
    if (next?.done) return
    waitedMs += pace.now() - began
    bytes += next?.value.byteLength ?? 0
    if (bytes >= pace.leastBytes) {
      bytes = 0
      waitedMs = 0
    }
    if (next === null || waitedMs >= pace.withinMs) {
      throw new ClickHouseException(
        'SOCKET_TIMEOUT',
        `The request body brought less than ${pace.leastBytes} bytes in ${pace.withinMs} ms`,
      )
    }
    yield next.value
  }
}

/** Null when it takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => {
    timer = setTimeout(() => resolve(null), Math.max(0, ms))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** @throws ClickHouseException 229 once there are more bytes, however small they were when they were compressed */
export async function* bounded(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      throw new ClickHouseException('QUERY_IS_TOO_LARGE', `The request body is longer than ${maxBytes} bytes`)
    }
    yield chunk
  }
}

import { expect, it } from 'vitest'
import { bounded, paced } from '../../../../../deploy/local/clickhouse/protocol/paced.ts'

/** A body whose chunks come after so many milliseconds each, of a clock of its own. */
function body(chunks: readonly (readonly [ms: number, bytes: number])[]) {
  let now = 0
  const source = (async function* () {
    for (const [ms, bytes] of chunks) {
      now += ms
      yield Buffer.alloc(bytes)
    }
  })()
  return { source, pace: { withinMs: 30_000, leastBytes: 1024, now: () => now } }
}

async function length(source: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  for await (const chunk of source) bytes += chunk.byteLength
  return bytes
}

it('a body takes hours as long as it brings something', async () => {
  const { source, pace } = body(Array.from({ length: 500 }, () => [29_000, 1024] as const))
  expect(await length(paced(source, pace))).toBe(500 * 1024)
})

it('a body that trickles is ended', async () => {
  const { source, pace } = body(Array.from({ length: 500 }, () => [1_000, 1] as const))
  await expect(length(paced(source, pace))).rejects.toMatchObject({ code: 209, codeName: 'SOCKET_TIMEOUT' })
})

it('a body that has stopped is ended', async () => {
  const stopped = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) }
  const pace = { withinMs: 20, leastBytes: 1024, now: () => 0 }
  await expect(length(paced(stopped, pace))).rejects.toMatchObject({ code: 209 })
})

it('time that the reader takes does not count', async () => {
  let now = 0
  const source = (async function* () {
    for (let n = 0; n < 5; n += 1) yield Buffer.alloc(1)
  })()
  const bytes: number[] = []
  for await (const chunk of paced(source, { withinMs: 30_000, leastBytes: 1024, now: () => now })) {
    now += 60_000
    bytes.push(chunk.byteLength)
  }
  expect(bytes).toEqual([1, 1, 1, 1, 1])
})

it('a body that is too long is ended', async () => {
  expect(await length(bounded(body([[0, 10]]).source, 10))).toBe(10)
  await expect(
    length(
      bounded(
        body([
          [0, 6],
          [0, 5],
        ]).source,
        10,
      ),
    ),
  ).rejects.toMatchObject({ code: 229 })
})

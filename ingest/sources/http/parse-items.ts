import { CodedError, messageOf } from '../../../platform/errors.ts'
import { UnparsedLine } from '../../pipeline/normalise.ts'
import { ArrayCutter } from './array-cutter.ts'
import { type ItemLimits, itemTooLarge, tooManyItems } from './item-limits.ts'

export const jsonType = 'application/json'
export const ndjsonTypes: readonly string[] = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
]

/** Waits until the next slice may be worked on. */
type Turn = () => Promise<void>
type Chunks = Iterable<Buffer> | AsyncIterable<Buffer>
type Slices = AsyncGenerator<readonly unknown[], void, undefined>

/**
 * The items of a body, a slice at a time: an object, an array, or one JSON text a line (blank lines do not count). A line
 * that is not JSON becomes an item of its own, to be refused by itself; anything else that is not JSON fails as a whole,
 * be it after slices that were fine. A large body is parsed in slices too, with the same result.
 * @throws CodedError `malformed_json`, `not_items`, `too_many_items`, `item_too_large`
 */
export async function* parseItems(body: Chunks, mediaType: string, limits: ItemLimits, turn: Turn): Slices {
  const reader = new ChunkReader(body)
  try {
    const start = await reader.upTo(limits.wholeBytes)
    const inLines = ndjsonTypes.includes(mediaType)
    if (reader.ended) {
      const slices = wholeBody(Buffer.concat(start), inLines, limits)
      for (let last = false; !last; ) {
        await turn()
        const { value = [] } = slices.next()
        last = value.length < limits.sliceItems
        if (value.length > 0) yield value
      }
    } else if (inLines) yield* linesOf(reader.from(start), limits, turn)
    else yield* documentOf(reader.from(start), start, limits, turn)
  } finally {
    await reader.close()
  }
}

/** Slices, all of them full but the last. */
function* wholeBody(body: Buffer, inLines: boolean, limits: ItemLimits): Generator<readonly unknown[]> {
  const { sliceItems, maxItems } = limits
  const text = body.toString('utf8')
  if (inLines) {
    yield* new CountedLines(maxItems).slicesOf(text, sliceItems)
    return
  }
  const items = parseDocument(text)
  if (items.length > maxItems) throw tooManyItems(maxItems)
  if (items.length < sliceItems) yield items
  else for (let from = 0; from < items.length; from += sliceItems) yield items.slice(from, from + sliceItems)
}

/** @throws CodedError `malformed_json`, `not_items` */
function parseDocument(text: string): readonly unknown[] {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new CodedError('malformed_json', messageOf(error))
  }
  if (Array.isArray(document)) return document
  if (typeof document === 'object' && document !== null) return [document]
  throw new CodedError(
    'not_items',
    `expected an object or an array, got ${JSON.stringify(document).slice(0, 80)}`,
  )
}

/** A large body: an array, or a single item that is too large. */
async function* documentOf(
  chunks: AsyncIterable<Buffer>,
  start: readonly Buffer[],
  limits: ItemLimits,
  turn: Turn,
): Slices {
  if (!/^[ \t\r\n]*\[/.test(Buffer.concat(start).toString('latin1'))) throw itemTooLarge(limits.maxItemBytes)
  const cutter = new ArrayCutter(limits)
  for await (const chunk of chunks) yield* inTurns(cutter.take(chunk), turn)
  cutter.end()
}

async function* linesOf(chunks: AsyncIterable<Buffer>, limits: ItemLimits, turn: Turn): Slices {
  const { maxItemBytes, maxItems, sliceItems } = limits
  const counted = new CountedLines(maxItems)
  let rest: Buffer[] = []
  let restBytes = 0
  for await (const chunk of chunks) {
    const newline = chunk.lastIndexOf(0x0a)
    if (newline >= 0) {
      const text = Buffer.concat([...rest, chunk.subarray(0, newline)]).toString('utf8')
      rest = []
      restBytes = 0
      yield* inTurns(counted.slicesOf(text, sliceItems), turn)
    }
    const left = chunk.subarray(newline + 1)
    rest.push(left)
    restBytes += left.length
    if (restBytes > maxItemBytes) throw itemTooLarge(maxItemBytes)
  }
  yield* inTurns(counted.slicesOf(Buffer.concat(rest).toString('utf8'), sliceItems), turn)
}

/** Each step of `work` in a turn of its own. */
async function* inTurns<T>(work: Iterator<T>, turn: Turn): AsyncGenerator<T, void, undefined> {
  for (;;) {
    await turn()
    const { value, done } = work.next()
    if (done) return
    yield value
  }
}

class CountedLines {
  private readonly maxItems: number
  private count = 0

  constructor(maxItems: number) {
    this.maxItems = maxItems
  }

  *slicesOf(text: string, sliceItems: number): Generator<unknown[], void, undefined> {
    let items: unknown[] = []
    let start = 0
    while (start < text.length) {
      const newline = text.indexOf('\n', start)
      const end = newline < 0 ? text.length : newline
      const line = text.slice(start, end)
      start = end + 1
      if (line.trim() === '') continue
      if (++this.count > this.maxItems) throw tooManyItems(this.maxItems)
      items.push(parseLine(line))
      if (items.length < sliceItems) continue
      yield items
      items = []
    }
    if (items.length > 0) yield items
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    return new UnparsedLine(line, messageOf(error))
  }
}

/** Reads the beginning of a body, to see how much there is, and then all of it. */
class ChunkReader {
  private readonly iterator: Iterator<Buffer> | AsyncIterator<Buffer>
  ended = false

  constructor(chunks: Chunks) {
    this.iterator =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  }

  /** Chunks until there are more than `bytes`, or there are no more. */
  async upTo(bytes: number): Promise<readonly Buffer[]> {
    const start: Buffer[] = []
    for (let sum = 0; sum <= bytes; ) {
      const { value, done } = await this.iterator.next()
      if (done) {
        this.ended = true
        break
      }
      start.push(value)
      sum += value.length
    }
    return start
  }

  /** These again, and what follows. */
  async *from(start: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
    yield* start
    for (;;) {
      const { value, done } = await this.iterator.next()
      if (done) return
      yield value
    }
  }

  /** Nothing more is read. */
  async close(): Promise<void> {
    await this.iterator.return?.()
  }
}

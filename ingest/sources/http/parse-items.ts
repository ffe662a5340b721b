import { isUtf8 } from 'node:buffer'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import { UnreadableItem } from '../../pipeline/unreadable-item.ts'
import { ArrayCutter } from './array-cutter.ts'
import type { BodyCutter } from './body-cutter.ts'
import { type ItemLimits, tooManyItems } from './item-limits.ts'
import { LineCutter } from './line-cutter.ts'
import { notUtf8, UnreadableBody } from './read-item.ts'

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
 * The items of a body, a slice at a time: an object, an array, or one JSON text a line (blank lines do not count). What
 * cannot be read of an array or of lines becomes an item of its own, `UnreadableItem`, as far as it can be told apart from
 * the others. A large body is read in slices too, with the same result. A byte order mark is ignored.
 * @throws UnreadableBody, which is neither. @throws CodedError `too_many_items`, `item_too_large`: one object that is
 */
export async function* parseItems(body: Chunks, mediaType: string, limits: ItemLimits, turn: Turn): Slices {
  const reader = new ChunkReader(body)
  try {
    const start = withoutByteOrderMark(await reader.upTo(limits.wholeBytes))
    if (ndjsonTypes.includes(mediaType)) yield* cut(reader.from(start), new LineCutter(limits), turn)
    else if (reader.ended) yield* wholeDocument(start, limits, turn)
    else if (isArray(start)) yield* cut(reader.from(start), new ArrayCutter(limits), turn)
    else throw new CodedError('item_too_large', `an item has more than ${limits.maxItemBytes} bytes`)
  } finally {
    await reader.close()
  }
}

async function* wholeDocument(body: Buffer, limits: ItemLimits, turn: Turn): Slices {
  const { sliceItems, maxItems } = limits
  await turn()
  const items = itemsOf(body)
  if (items === null) {
    yield* cut([body], new ArrayCutter(limits), turn)
    return
  }
  if (items.length > maxItems) throw tooManyItems(maxItems)
  for (let from = 0; from < items.length; from += sliceItems) {
    if (from > 0) await turn()
    yield items.slice(from, from + sliceItems)
  }
}

/** Null for an array of which not everything can be read. @throws UnreadableBody */
function itemsOf(body: Buffer): readonly unknown[] | null {
  if (!isUtf8(body)) {
    if (isArray(body)) return null
    throw new UnreadableBody('malformed_json', notUtf8(body, 'the body'))
  }
  const text = body.toString('utf8')
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    if (isArray(body)) return null
    throw new UnreadableBody('malformed_json', new UnreadableItem('malformed_json', messageOf(error), text))
  }
  if (Array.isArray(document)) return document
  if (typeof document === 'object' && document !== null) return [document]
  const problem = `expected an object or an array, got ${JSON.stringify(document).slice(0, 80)}`
  throw new UnreadableBody('not_items', new UnreadableItem('not_an_object', problem, text))
}

/** Each slice in a turn of its own. */
async function* cut(chunks: Chunks, cutter: BodyCutter, turn: Turn): Slices {
  for await (const chunk of chunks) yield* inTurns(cutter.take(chunk), turn)
  yield* inTurns(cutter.end(), turn)
}

async function* inTurns<T>(work: Iterator<T>, turn: Turn): AsyncGenerator<T, void, undefined> {
  for (;;) {
    await turn()
    const { value, done } = work.next()
    if (done) return
    yield value
  }
}

function isArray(start: Buffer): boolean {
  return /^[ \t\r\n]*\[/.test(start.toString('latin1'))
}

function withoutByteOrderMark(start: Buffer): Buffer {
  return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? start.subarray(3) : start
}

/** Reads the beginning of a body, to see how much there is, and then all of it. */
class ChunkReader {
  private readonly iterator: Iterator<Buffer> | AsyncIterator<Buffer>
  ended = false

  constructor(chunks: Chunks) {
    this.iterator =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  }

  /** Chunks until there are more than `bytes`, and enough for a byte order mark, or there are no more. */
  async upTo(bytes: number): Promise<Buffer> {
    const start: Buffer[] = []
    for (let sum = 0; sum <= Math.max(bytes, 3); ) {
      const { value, done } = await this.iterator.next()
      if (done) {
        this.ended = true
        break
      }
      start.push(value)
      sum += value.length
    }
    return Buffer.concat(start)
  }

  /** This again, and what follows. */
  async *from(start: Buffer): AsyncGenerator<Buffer, void, undefined> {
    yield start
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

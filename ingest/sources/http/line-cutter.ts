import { isUtf8 } from 'node:buffer'
import { type BodyCutter, HeldBytes, type Slices } from './body-cutter.ts'
import { type ItemLimits, tooManyItems } from './item-limits.ts'
import { notUtf8, readText, TooLargeItem } from './read-item.ts'

const lineFeed = 0x0a
const byteOrderMark = 0xfeff
const none = Buffer.alloc(0)

/** Cuts a body at the ends of its lines, each of them an item, but for those that are blank. */
export class LineCutter implements BodyCutter {
  private readonly limits: ItemLimits
  /** Bytes of the line that goes on. */
  private readonly held = new HeldBytes()
  private tooLarge: TooLargeItem | null = null
  /** Lines before what is held. */
  private lines = 0
  private items = 0

  constructor(limits: ItemLimits) {
    this.limits = limits
  }

  *take(chunk: Buffer): Slices {
    let from = 0
    if (this.tooLarge) {
      const end = chunk.indexOf(lineFeed)
      this.tooLarge.take(end < 0 ? chunk : chunk.subarray(0, end))
      if (end < 0) return
      yield this.endTooLarge(this.tooLarge)
      from = end + 1
    }
    const end = chunk.lastIndexOf(lineFeed)
    if (end >= from) {
      yield* this.read(this.held.takeWith(chunk.subarray(from, end)))
      from = end + 1
    }
    this.held.add(chunk.subarray(from))
    const { maxItemBytes } = this.limits
    if (this.held.length <= maxItemBytes) return
    this.tooLarge = new TooLargeItem(this.held.takeWith(none), `line ${this.lines + 1}`, maxItemBytes)
  }

  *end(): Slices {
    if (this.tooLarge) yield this.endTooLarge(this.tooLarge)
    else yield* this.read(this.held.takeWith(none))
  }

  /** @param bytes whole lines, without the end of the last one */
  private *read(bytes: Buffer): Slices {
    let slice: unknown[] = []
    for (const line of isUtf8(bytes) ? linesOf(bytes.toString('utf8')) : linesOfBytes(bytes)) {
      this.lines++
      if (typeof line === 'string' && line.trim() === '') continue
      this.count()
      slice.push(this.item(line))
      if (slice.length < this.limits.sliceItems) continue
      yield slice
      slice = []
    }
    if (slice.length > 0) yield slice
  }

  private item(line: string | Buffer): unknown {
    // A UTF-16 unit takes three bytes at most.
    if (typeof line === 'string' && line.length * 3 <= this.limits.maxItemBytes) {
      try {
        return JSON.parse(line)
      } catch {
        // It is looked at again, to say what is wrong with it.
      }
    }
    return this.oddItem(line)
  }

  private oddItem(line: string | Buffer): unknown {
    const { maxItemBytes } = this.limits
    const place = `line ${this.lines}`
    if (Buffer.byteLength(line) > maxItemBytes) {
      const bytes = typeof line === 'string' ? Buffer.from(line) : line
      return new TooLargeItem(bytes, place, maxItemBytes).end()
    }
    if (typeof line !== 'string') return notUtf8(line, place)
    // Files that were put together have a byte order mark in the middle.
    return readText(line.charCodeAt(0) === byteOrderMark ? line.slice(1) : line, place)
  }

  private endTooLarge(item: TooLargeItem): readonly unknown[] {
    this.tooLarge = null
    this.lines++
    this.count()
    return [item.end()]
  }

  private count(): void {
    if (++this.items > this.limits.maxItems) throw tooManyItems(this.limits.maxItems)
  }
}

function* linesOf(text: string): Generator<string, void, undefined> {
  for (let start = 0; start <= text.length; ) {
    const end = text.indexOf('\n', start)
    yield text.slice(start, end < 0 ? text.length : end)
    start = end < 0 ? text.length + 1 : end + 1
  }
}

/** Lines that are UTF-8 as texts, and others as their bytes. */
function* linesOfBytes(bytes: Buffer): Generator<string | Buffer, void, undefined> {
  // A byte as a character: no byte of a character in UTF-8 is a line feed.
  for (const line of linesOf(bytes.toString('latin1'))) {
    const own = Buffer.from(line, 'latin1')
    yield isUtf8(own) ? own.toString('utf8') : own
  }
}

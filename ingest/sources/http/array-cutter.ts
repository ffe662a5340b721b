import { isUtf8 } from 'node:buffer'
import { type BodyCutter, HeldBytes, type Slices } from './body-cutter.ts'
import { type ItemLimits, tooManyItems } from './item-limits.ts'
import { malformed, notUtf8, readItem, TooLargeItem } from './read-item.ts'

const quote = 0x22
const comma = 0x2c
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

const none = Buffer.alloc(0)

/**
 * Cuts the text of a JSON array at commas between its items, so that it can be read in slices, with the result of
 * parsing it whole: each slice, put into brackets, has to be an array of its own. Where it is none, its items are read one
 * by one, and those that are not JSON spoil no other. The bytes are only looked at for strings, brackets and commas, all of
 * them ASCII, which UTF-8 never uses within a character.
 */
export class ArrayCutter implements BodyCutter {
  private readonly limits: ItemLimits
  /** Where in the body the next chunk, the slice and the item begin, bytes. */
  private at: number
  private sliceAt = 0
  private itemAt = 0
  /** Bytes of the slice that came in earlier chunks. */
  private readonly held = new HeldBytes()
  private depth = 0
  private inString = false
  private escaped = false
  private ended = false
  /** What follows the array is one item, which cannot be read. */
  private isBehind = false
  /** Commas between items: in all, and in the slice. */
  private commas = 0
  private sliceCommas = 0
  /** The item, from the byte on that was too much. */
  private tooLarge: TooLargeItem | null = null

  /** @param at where in the body the first chunk begins, bytes */
  constructor(limits: ItemLimits, at = 0) {
    this.limits = limits
    this.at = at
  }

  *take(chunk: Buffer): Slices {
    const { maxItems, maxItemBytes, sliceItems, sliceBytes } = this.limits
    const { at } = this
    let { depth, inString, escaped } = this
    /** Where in the chunk the slice begins, or goes on. */
    let slice = 0
    for (let index = this.isBehind ? chunk.length : 0; index < chunk.length; index++) {
      const byte = chunk[index]
      if (inString) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) inString = false
      } else if (depth === 0) {
        if (isSpace(byte)) continue
        slice = this.ended ? index : index + 1
        this.sliceAt = this.itemAt = at + slice
        if (this.ended) {
          this.isBehind = true
          break
        }
        depth = 1
      } else if (byte === quote) inString = true
      else if (byte === openBracket || byte === openBrace) depth++
      else if (byte === closeBrace) {
        // One too many is the mistake of the item.
        if (depth > 1) depth--
      } else if (byte === closeBracket) {
        if (--depth > 0) continue
        this.ended = true
        yield* this.endSlice(chunk.subarray(slice, index), at + index)
      } else if (byte === comma && depth === 1) {
        if (++this.commas >= maxItems) throw tooManyItems(maxItems)
        const end = at + index
        const isFull = this.sliceCommas + 1 >= sliceItems || end - this.sliceAt >= sliceBytes
        if (isFull || this.tooLarge !== null || end - this.itemAt > maxItemBytes) {
          yield* this.endSlice(chunk.subarray(slice, index), end)
          slice = index + 1
          this.sliceAt = end + 1
        } else this.sliceCommas++
        this.itemAt = end + 1
      }
    }
    this.at += chunk.length
    Object.assign(this, { depth, inString, escaped })
    if (depth > 0 || this.isBehind) yield* this.hold(chunk.subarray(slice))
  }

  *end(): Slices {
    if (this.ended && !this.isBehind) return
    const { begun, before } = this.divided(none)
    if (before) yield this.read(before, this.sliceCommas - 1)
    const problem = this.isBehind
      ? 'there is something behind the array'
      : 'the array does not come to its end'
    if (this.tooLarge) yield [this.tooLarge.end()]
    else if (isUtf8(begun)) yield [malformed(problem, begun.toString('utf8'), this.place)]
    else yield [notUtf8(begun, this.place)]
  }

  private *hold(part: Buffer): Slices {
    if (this.tooLarge) {
      this.tooLarge.take(part)
      return
    }
    this.held.add(part)
    if (this.at - this.itemAt > this.limits.maxItemBytes) yield* this.setAside(none)
  }

  /** @param part the end of the slice @param end where in the body it ends */
  private *endSlice(part: Buffer, end: number): Slices {
    if (this.tooLarge) this.tooLarge.take(part)
    else if (end - this.itemAt > this.limits.maxItemBytes) yield* this.setAside(part)
    if (this.tooLarge) yield [this.tooLarge.end()]
    else {
      const bytes = this.held.takeWith(part)
      // An array without a comma may be empty.
      if (this.commas > 0 || !isBlank(bytes)) yield this.read(bytes, this.sliceCommas)
    }
    this.tooLarge = null
    this.sliceCommas = 0
  }

  /** Reads what is before the item that is too large, and keeps no more of that than its beginning. */
  private *setAside(part: Buffer): Slices {
    const { begun, before } = this.divided(part)
    if (before) yield this.read(before, this.sliceCommas - 1)
    this.tooLarge = new TooLargeItem(begun, this.place, this.limits.maxItemBytes)
  }

  /** The slice up to here: its last item, and the items before that one, if there are any. */
  private divided(part: Buffer): { readonly begun: Buffer; readonly before: Buffer | null } {
    const bytes = this.held.takeWith(part)
    const item = this.itemAt - this.sliceAt
    return {
      begun: bytes.subarray(item),
      before: this.sliceCommas > 0 ? bytes.subarray(0, item - 1) : null,
    }
  }

  private read(bytes: Buffer, commas: number): readonly unknown[] {
    const items = isUtf8(bytes) ? parsedArray(bytes) : null
    // Nothing at all is no item of JSON, and is one that is missing.
    if (items?.length === commas + 1) return items
    if (commas === 0) return [readItem(bytes, placeOf(this.sliceAt))]
    const single = new ArrayCutter({ ...this.limits, sliceItems: 1 }, this.sliceAt - 1)
    return [...single.take(Buffer.from(`[${bytes.toString('latin1')}]`, 'latin1'))].flat()
  }

  private get place(): string {
    return placeOf(this.itemAt)
  }
}

function placeOf(byte: number): string {
  return `at byte ${byte} of the body`
}

function parsedArray(bytes: Buffer): unknown[] | null {
  try {
    return JSON.parse(`[${bytes.toString('utf8')}]`)
  } catch {
    return null
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every(isSpace)
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

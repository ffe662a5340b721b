import { CodedError, messageOf } from '../../../platform/errors.ts'
import { type ItemLimits, itemTooLarge, tooManyItems } from './item-limits.ts'

const quote = 0x22
const comma = 0x2c
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/**
 * Cuts the text of a JSON array at commas between its items, so that it can be parsed in slices, with the result of
 * parsing it whole: each slice, put into brackets, has to be an array of its own. The bytes are only looked at for
 * strings, brackets and commas, all of them ASCII, which UTF-8 never uses within a character.
 */
export class ArrayCutter {
  private readonly limits: ItemLimits
  /** Bytes of the slice that came in earlier chunks. */
  private held: Buffer[] = []
  private heldBytes = 0
  private depth = 0
  private inString = false
  private escaped = false
  private ended = false
  /** Commas between items: in all, and in the slice. */
  private commas = 0
  private sliceCommas = 0
  /** Of the item that goes on, in earlier chunks. */
  private itemBytes = 0

  constructor(limits: ItemLimits) {
    this.limits = limits
  }

  /**
   * The slices that end in this chunk, parsed one by one as they are asked for; ask for all of them.
   * @throws CodedError `malformed_json`, `too_many_items`, `item_too_large`
   */
  *take(chunk: Buffer): Generator<unknown[], void, undefined> {
    const { maxItems, maxItemBytes, sliceItems, sliceBytes } = this.limits
    let { depth, inString, escaped } = this
    /** Where in the chunk the slice and the item begin. */
    let slice = 0
    let item = 0
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index]
      if (inString) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) inString = false
      } else if (depth === 0) {
        if (isSpace(byte)) continue
        if (this.ended || byte !== openBracket) throw malformed('there is something behind the array')
        depth = 1
        slice = item = index + 1
      } else if (byte === quote) inString = true
      else if (byte === openBracket || byte === openBrace) depth++
      else if (byte === closeBracket || byte === closeBrace) {
        if (--depth > 0) continue
        if (byte !== closeBracket) throw malformed('the array ends with a brace')
        if (this.itemBytes + index - item > maxItemBytes) throw itemTooLarge(maxItemBytes)
        yield this.cut(chunk.subarray(slice, index), this.commas > 0)
        this.ended = true
      } else if (byte === comma && depth === 1) {
        if (++this.commas >= maxItems) throw tooManyItems(maxItems)
        if (this.itemBytes + index - item > maxItemBytes) throw itemTooLarge(maxItemBytes)
        this.itemBytes = 0
        item = index
        this.sliceCommas++
        if (this.sliceCommas < sliceItems && this.heldBytes + index - slice < sliceBytes) continue
        yield this.cut(chunk.subarray(slice, index), true)
        slice = index + 1
      }
    }
    Object.assign(this, { depth, inString, escaped })
    if (depth === 0) return
    this.itemBytes += chunk.length - item
    if (this.itemBytes > maxItemBytes) throw itemTooLarge(maxItemBytes)
    this.held.push(chunk.subarray(slice))
    this.heldBytes += chunk.length - slice
  }

  /** @throws CodedError `malformed_json`: the array did not come to its end. */
  end(): void {
    if (!this.ended) throw malformed('the array does not come to its end')
  }

  /** @param filled whether there has to be an item: an array without a comma may be empty */
  private cut(rest: Buffer, filled: boolean): unknown[] {
    const bytes = this.held.length === 0 ? rest : Buffer.concat([...this.held, rest])
    this.held = []
    this.heldBytes = this.sliceCommas = 0
    const items = parseSlice(bytes.toString('utf8'))
    if (filled && items.length === 0) throw malformed('an item is missing between commas')
    return items
  }
}

function parseSlice(text: string): unknown[] {
  try {
    return JSON.parse(`[${text}]`) as unknown[]
  } catch (error) {
    throw malformed(messageOf(error))
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function malformed(message: string): CodedError {
  return new CodedError('malformed_json', message)
}

import { isUtf8 } from 'node:buffer'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import { maxPayloadLength } from '../../pipeline/dead-letter.ts'
import { UnreadableItem } from '../../pipeline/unreadable-item.ts'

/** A body that is no items at all. */
export class UnreadableBody extends CodedError {
  /** The body as one item, to be kept; null where there is nothing in it. */
  readonly item: UnreadableItem | null

  constructor(code: 'malformed_json' | 'not_items', item: UnreadableItem) {
    super(code, item.problem)
    this.item = item.text.trim() === '' ? null : item
  }
}

/** The value of one item's text. @param place where in the body it is, in words */
export function readItem(bytes: Buffer, place: string): unknown {
  if (!isUtf8(bytes)) return notUtf8(bytes, place)
  const text = bytes.toString('utf8')
  return text.trim() === '' ? malformed('an item is missing', text, place) : readText(text, place)
}

export function readText(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return malformed(messageOf(error), text, place)
  }
}

export function malformed(problem: string, text: string, place: string): UnreadableItem {
  return new UnreadableItem('malformed_json', `${problem} (${place})`, text)
}

export function notUtf8(bytes: Buffer, place: string): UnreadableItem {
  const problem = `the bytes are not UTF-8 (${place}); payload: each byte as a character of ISO 8859-1`
  return new UnreadableItem('not_utf8', problem, bytes.toString('latin1'))
}

/** An item whose bytes are counted while it goes by, and whose beginning is kept. */
export class TooLargeItem {
  private readonly place: string
  private readonly maxBytes: number
  private readonly head: Buffer[] = []
  private bytes = 0

  constructor(begun: Buffer, place: string, maxBytes: number) {
    this.place = place
    this.maxBytes = maxBytes
    this.take(begun)
  }

  take(part: Buffer): void {
    const missing = maxPayloadLength - this.bytes
    if (missing > 0) this.head.push(Buffer.from(part.subarray(0, missing)))
    this.bytes += part.length
  }

  end(): UnreadableItem {
    const problem = `an item has at most ${this.maxBytes} bytes, and this one ${this.bytes} (${this.place})`
    return new UnreadableItem('item_too_large', problem, Buffer.concat(this.head).toString('utf8'))
  }
}

import type { RejectionCode } from '../../schemas/records/rejection.ts'

/** An item that a source could not read: it takes part in its batch, so that it is refused and kept by itself. */
export class UnreadableItem {
  readonly code: Extract<RejectionCode, 'malformed_json' | 'not_an_object' | 'not_utf8' | 'item_too_large'>
  readonly problem: string
  /** As it came, or the beginning of it. Bytes that are not UTF-8 are read as ISO 8859-1, each a character. */
  readonly text: string

  constructor(code: UnreadableItem['code'], problem: string, text: string) {
    this.code = code
    this.problem = problem
    this.text = text
  }
}

import { CodedError } from '../../../platform/errors.ts'

export interface ItemLimits {
  /** Of one request. */
  readonly maxItems: number
  /** Of one item's text. */
  readonly maxItemBytes: number
  /** A body up to this size is parsed at once. */
  readonly wholeBytes: number
  /** What is parsed and worked on at once is cut behind the item that reaches one of these. */
  readonly sliceItems: number
  readonly sliceBytes: number
}

/** Some milliseconds of work. */
export const slices = { sliceItems: 1_000, sliceBytes: 64 * 1024 } as const

/** A reading has a few hundred bytes. */
export const maxItemBytes = 256 * 1024

export function tooManyItems(maxItems: number): CodedError {
  return new CodedError('too_many_items', `the body has more than ${maxItems} items`, {
    hint: 'send them in several requests',
  })
}

import type { DeadLetter } from '../../schemas/records/dead-letter.ts'

/** Which dead letters to send again; null: whatever it is. */
export interface Selection {
  readonly codes: ReadonlySet<string> | null
  readonly records: ReadonlySet<string> | null
  /** Bounds of when they were refused (received_at), half-open, epoch ms. */
  readonly fromMs: number
  readonly toMs: number
}

export function isSelected(letter: DeadLetter<string>, { codes, records, fromMs, toMs }: Selection): boolean {
  return (
    (codes === null || codes.has(letter.code)) &&
    (records === null || records.has(letter.record)) &&
    letter.received_at >= fromMs &&
    letter.received_at < toMs
  )
}

import type { RejectionCode } from '../../schemas/records/rejection.ts'

/** Why an item does not go on. A step of the pipeline returns what it was given, made better, or this. */
export class Refusal {
  readonly code: RejectionCode
  readonly message: string

  constructor(code: RejectionCode, message: string) {
    this.code = code
    this.message = message
  }
}

export type Outcome<T> = T | Refusal

const shownCharacters = 80

/** A value as a message shows it: JSON, cut short. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value)
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
}

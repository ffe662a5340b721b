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

/** Levels within one another of which there is a text; a reading has one. */
const maxDepth = 64

/**
 * The JSON text of a value, or null where it is nested too deeply. Parsing takes any depth in its stride, writing does
 * not: JSON.stringify looks at all levels above for every level, and ends with an error at some thousands.
 */
export function jsonText(value: unknown): string | null {
  return isDeeper(value, maxDepth) ? null : (JSON.stringify(value) ?? String(value))
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some(each => isDeeper(each, levels - 1))
}

/** A value as a message shows it: JSON, cut short. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (jsonText(value) ?? 'something nested too deeply')
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
}

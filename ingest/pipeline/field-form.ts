import type { Field } from '../../schemas/records/record.ts'
import type { Value } from './reading.ts'
import { type Outcome, Refusal, shown } from './refusal.ts'
import { timestampMs } from './timestamp.ts'

/** Longest text of a field, in UTF-16 units. */
export const maxTextLength = 1024

export type Form = (value: unknown) => Outcome<Value>

/** The canonical form of a field's value as it came through a door, or why it has none. `value` is not null. */
export function fieldForm(field: Field): Form {
  const { name } = field
  const wrong = (expected: string) => (value: unknown) =>
    new Refusal('field_type', `${name}: expected ${expected}, got ${shown(value)}`)
  switch (field.type) {
    case 'double': {
      const refuse = wrong('a finite number')
      return value => (typeof value === 'number' && Number.isFinite(value) ? value : refuse(value))
    }
    case 'long': {
      const refuse = wrong('a whole number')
      return value => (Number.isSafeInteger(value) ? (value as number) : refuse(value))
    }
    case 'boolean': {
      const refuse = wrong('true or false')
      return value => (typeof value === 'boolean' ? value : refuse(value))
    }
    case 'timestamp': {
      const refuse = wrong('an RFC 3339 time with an offset, or epoch milliseconds')
      return value => {
        const ms = timestampMs(value)
        if (Number.isNaN(ms)) return refuse(value)
        return typeof value === 'number' && looksLikeSeconds(ms) ? epochSeconds(name, ms) : ms
      }
    }
    case 'string':
      return value => textForm(name, value)
    case 'enum': {
      const refuse = wrong('a text')
      const values = new Set(field.values)
      const list = field.values.join(', ')
      return value => {
        if (typeof value !== 'string') return refuse(value)
        return values.has(value)
          ? value
          : new Refusal('enum_value', `${name}: expected one of ${list}, got ${shown(value)}`)
      }
    }
  }
}

/** Epoch seconds of times until 2100, taken for ms, lie in the first seven weeks of 1970. */
const latestSeconds = 4_102_444_800

export function looksLikeSeconds(ms: number): boolean {
  return ms >= 0 && ms <= latestSeconds
}

function epochSeconds(name: string, value: number): Refusal {
  const taken = new Date(value).toISOString()
  return new Refusal(
    'field_range',
    `${name}: ${value} would be ${taken}: epoch milliseconds are expected, not seconds`,
  )
}

/** A text that is neither empty nor too long. */
export function textForm(name: string, value: unknown): Outcome<string> {
  if (typeof value !== 'string') {
    return new Refusal('field_type', `${name}: expected a text, got ${shown(value)}`)
  }
  if (!value.isWellFormed()) {
    return new Refusal('not_utf8', `${name}: has half of a character (a lone surrogate), got ${shown(value)}`)
  }
  if (value.length > 0 && value.length <= maxTextLength) return value
  const problem = value.length === 0 ? 'is empty' : `has ${value.length} characters, at most ${maxTextLength}`
  return new Refusal('field_length', `${name}: ${problem}`)
}

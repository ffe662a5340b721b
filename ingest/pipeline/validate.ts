import type { RecordDefinition } from '../../schemas/records/record.ts'
import { looksLikeSeconds } from './field-form.ts'
import type { Reading } from './reading.ts'
import { type Outcome, Refusal } from './refusal.ts'

export interface TimeBounds {
  /** How far event_time may be ahead of the clock, ms: one broken clock must not close everyone's windows. */
  readonly maxFutureMs: number
  /** How far event_time may lie back, ms: what is older than the stores keep could never be counted again. */
  readonly maxAgeMs: number
}

export type Validate = (reading: Reading, nowMs: number) => Outcome<Reading>

/** Ranges, relations and the bounds of time; compiled once per record type. */
export function validator(record: RecordDefinition, { maxFutureMs, maxAgeMs }: TimeBounds): Validate {
  const ranges = record.fields.flatMap(field => {
    if (field.type !== 'double' && field.type !== 'long') return []
    const { name, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = field
    return [{ name, min, max }]
  })

  const times = record.fields.filter(({ type }) => type === 'timestamp').map(({ name }) => name)

  return (reading, nowMs) => {
    const ahead = reading.event_time - nowMs
    if (ahead > maxFutureMs) return inFuture(reading.event_time, nowMs, maxFutureMs)
    if (-ahead > maxAgeMs) return tooOld(reading.event_time, nowMs, maxAgeMs)
    for (const { name, min, max } of ranges) {
      const value = reading[name]
      if (typeof value === 'number' && !(value >= min && value <= max)) {
        return new Refusal('field_range', `${name}: ${value} is outside ${min} to ${max}`)
      }
    }
    for (const name of times) {
      const value = reading[name]
      if (typeof value === 'number' && value - nowMs > maxFutureMs) {
        const limit = `more than ${maxFutureMs / 1000} s ahead of ${time(nowMs)}`
        return new Refusal('field_range', `${name}: ${time(value)} is ${limit}`)
      }
    }
    for (const { lesser, greater } of record.rules) {
      const low = reading[lesser]
      const high = reading[greater]
      if (typeof low === 'number' && typeof high === 'number' && low > high) {
        return new Refusal('field_relation', `${lesser} ${low} is greater than ${greater} ${high}`)
      }
    }
    return reading
  }
}

const time = (ms: number) => new Date(ms).toISOString()

function inFuture(eventTime: number, nowMs: number, maxFutureMs: number): Refusal {
  const limit = `more than ${maxFutureMs / 1000} s ahead of ${time(nowMs)}`
  return new Refusal('event_time_in_future', `event_time: ${time(eventTime)} is ${limit}`)
}

function tooOld(eventTime: number, nowMs: number, maxAgeMs: number): Refusal {
  const limit = `older than ${maxAgeMs / 86_400_000} days at ${time(nowMs)}`
  const unit = looksLikeSeconds(eventTime) ? '; epoch milliseconds are expected, not seconds' : ''
  return new Refusal('event_time_too_old', `event_time: ${time(eventTime)} is ${limit}${unit}`)
}

import type { Field, RecordDefinition } from '../../schemas/records/record.ts'
import { fieldForm, textForm } from './field-form.ts'
import type { Reading, Value } from './reading.ts'
import { readingShape } from './reading-shape.ts'
import { type Outcome, Refusal, shown } from './refusal.ts'
import { timestampMs } from './timestamp.ts'
import { UnreadableItem } from './unreadable-item.ts'

export interface Normaliser {
  /** Whatever came through the door -> a reading with every field of the record in its canonical form. */
  normalise(item: unknown, source: string | null): Outcome<Reading>
  /** Own names of an item that the record does not have. */
  unknownFields(item: object): readonly string[]
}

export function isObject(item: unknown): item is Record<string, unknown> {
  return typeof item === 'object' && item !== null && !Array.isArray(item)
}

/** Set by ingest: what a sender says of them is ignored without a word, so that readings can be sent on as read. */
const ownedByIngest = ['county', 'received_at']

/** Compiled once per record type. */
export function normaliser(record: RecordDefinition): Normaliser {
  const { pick, build } = readingShape(record)
  const fields = record.fields.map(field => ({ field, form: fieldForm(field) }))
  const known = new Set([
    'asset_id',
    'event_time',
    'source',
    ...ownedByIngest,
    ...record.fields.map(f => f.name),
  ])
  // One array for all: normalise is synchronous, and build copies out of it.
  const given: unknown[] = []
  const values: Value[] = fields.map(() => null)

  const normalise = (item: unknown, sender: string | null): Outcome<Reading> => {
    if (item instanceof UnreadableItem) return new Refusal(item.code, item.problem)
    if (!isObject(item)) return new Refusal('not_an_object', `expected an object, got ${shown(item)}`)
    const { asset_id, event_time } = item
    if (typeof asset_id !== 'string') return withoutText('asset_id', asset_id)
    const eventTime = eventTimeOf(event_time)
    if (eventTime instanceof Refusal) return eventTime
    const source = sourceOf(item.source ?? sender)
    if (source instanceof Refusal) return source

    pick(item, given)
    let present = 0
    for (let index = 0; index < fields.length; index++) {
      const { field, form } = fields[index] as (typeof fields)[number]
      const value = given[index]
      if (value === undefined || value === null || field.setByIngest) {
        if (field.required) return missing(field)
        values[index] = null
        continue
      }
      const canonical = form(value)
      if (canonical instanceof Refusal) return canonical
      values[index] = canonical
      present++
    }
    return present > 0 ? build(asset_id, eventTime, source, values) : emptyReading(record)
  }

  return { normalise, unknownFields: item => Object.keys(item).filter(name => !known.has(name)) }
}

function withoutText(name: string, value: unknown): Refusal {
  return value === undefined || value === null
    ? new Refusal('field_missing', `${name}: is required`)
    : new Refusal('field_type', `${name}: expected a text, got ${shown(value)}`)
}

function sourceOf(value: unknown): Outcome<string | null> {
  return value === null ? null : textForm('source', value)
}

function missing(field: Field): Refusal {
  return new Refusal('field_missing', `${field.name}: is required`)
}

function emptyReading(record: RecordDefinition): Refusal {
  const given = record.fields.filter(({ setByIngest }) => !setByIngest)
  const names = given.map(({ name }) => name).join(', ')
  return new Refusal('empty_reading', `none of the fields of ${record.id} has a value: ${names}`)
}

function eventTimeOf(value: unknown): Outcome<number> {
  if (value === undefined || value === null) return new Refusal('field_missing', 'event_time: is required')
  const ms = timestampMs(value)
  if (!Number.isNaN(ms)) return ms
  return new Refusal(
    'event_time_invalid',
    `event_time: expected an RFC 3339 time with an offset, or epoch milliseconds, got ${shown(value)}`,
  )
}

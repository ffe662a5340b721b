import type { Field, RecordDefinition } from '../../schemas/records/record.ts'
import { fieldForm } from './field-form.ts'
import type { Reading, Value } from './reading.ts'
import { type Outcome, Refusal, shown } from './refusal.ts'
import { timestampMs } from './timestamp.ts'

/** A line that a source could not parse: it takes part as an item, so that it is refused and kept like one. */
export class UnparsedLine {
  readonly text: string
  readonly problem: string

  constructor(text: string, problem: string) {
    this.text = text
    this.problem = problem
  }
}

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

/**
 * Compiled once per record type. A reading starts as a copy of one template, so that all readings of a record share
 * one hidden class: the loop over fields then costs a few nanoseconds each.
 */
export function normaliser(record: RecordDefinition): Normaliser {
  const fields = record.fields.map(field => ({ name: field.name, field, form: fieldForm(field) }))
  const template: Reading = { asset_id: '', county: '', event_time: 0, received_at: 0, source: null }
  for (const { name } of fields) template[name] = null
  const known = new Set(['asset_id', 'event_time', 'source', ...ownedByIngest, ...fields.map(f => f.name)])
  const sourceForm = fieldForm({ name: 'source', type: 'string', doc: '' })

  const normalise = (item: unknown, source: string | null): Outcome<Reading> => {
    if (item instanceof UnparsedLine) return new Refusal('malformed_json', item.problem)
    if (!isObject(item)) return new Refusal('not_an_object', `expected an object, got ${shown(item)}`)
    const { asset_id, event_time } = item
    if (typeof asset_id !== 'string') return withoutText('asset_id', asset_id)
    const eventTime = eventTimeOf(event_time)
    if (eventTime instanceof Refusal) return eventTime

    const reading: Reading = { ...template }
    reading.asset_id = asset_id
    reading.event_time = eventTime
    const given = item.source ?? null
    const sender = given === null ? source : sourceForm(given)
    if (sender instanceof Refusal) return sender
    reading.source = sender as string | null

    let values = 0
    for (const { name, field, form } of fields) {
      const value = item[name]
      if (value === undefined || value === null) {
        if (field.required) return missing(field)
        continue
      }
      const canonical = form(value)
      if (canonical instanceof Refusal) return canonical
      reading[name] = canonical as Value
      values++
    }
    return values > 0 ? reading : emptyReading(record)
  }

  return { normalise, unknownFields: item => Object.keys(item).filter(name => !known.has(name)) }
}

function withoutText(name: string, value: unknown): Refusal {
  return value === undefined || value === null
    ? new Refusal('field_missing', `${name}: is required`)
    : new Refusal('field_type', `${name}: expected a text, got ${shown(value)}`)
}

function missing(field: Field): Refusal {
  return new Refusal('field_missing', `${field.name}: is required`)
}

function emptyReading(record: RecordDefinition): Refusal {
  const names = record.fields.map(field => field.name).join(', ')
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

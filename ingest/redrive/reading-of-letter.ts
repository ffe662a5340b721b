import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { messageOf } from '../../platform/errors.ts'
import type { DeadLetter } from '../../schemas/records/dead-letter.ts'
import { isRecordId, type RecordId, recordIds } from '../../schemas/records/record.ts'
import type { RejectionCode } from '../../schemas/records/rejection.ts'
import { telemetryTopic } from '../../schemas/topics.ts'
import { isObject } from '../pipeline/normalise.ts'
import { jsonText, type Outcome, Refusal } from '../pipeline/refusal.ts'

/** What a dead letter sends through the door. */
export interface Resent {
  readonly record: RecordId
  readonly item: unknown
}

/** Dead letters that speak of offsets nobody could read. A batch whose bytes were kept is for a tool that reads them. */
const notReadings: ReadonlySet<string> = new Set([
  'undecodable_batch',
  'offsets_lost',
] satisfies RejectionCode[])

/** A message of `telemetry.<record>` -> its fields, or `undecodable`. @throws CodedError of the registry. */
export type DecodeReading = (record: RecordId, value: Buffer) => Promise<Outcome<object>>

const RefusedMessageSchema = Type.Object({
  topic: Type.String(),
  partition: Type.Integer(),
  offset: Type.Integer(),
  value_base64: Type.Union([Type.String(), Type.Null()]),
  value_bytes: Type.Optional(Type.Integer()),
})

/**
 * The reading behind a dead letter as it was sent, or why there is none: what the door could only refuse again.
 * @throws CodedError `registry_unavailable`, `registry_refused`.
 */
export async function readingOfLetter(
  letter: DeadLetter<string>,
  decode: DecodeReading,
): Promise<Outcome<Resent>> {
  if (letter.code === 'archive_refused') return archived(letter, decode)
  if (notReadings.has(letter.code)) return new Refusal('undecodable', letter.message)
  // Parsed, it would be another text than the one that was sent.
  if (letter.code === 'not_utf8') return new Refusal('not_utf8', letter.message)
  // It would be taken for a duplicate of the other one.
  if (letter.code === 'same_millisecond') return new Refusal('same_millisecond', letter.message)
  const { record, source, payload } = letter
  if (!isRecordId(record)) return new Refusal('unknown_record', `no record type ${record}`)
  let item: unknown
  try {
    item = JSON.parse(payload)
  } catch (error) {
    // Not JSON when it came, or cut because it was huge.
    return new Refusal('malformed_json', messageOf(error))
  }
  if (jsonText(item) === null) return new Refusal('malformed_json', 'the payload is nested too deeply')
  return { record, item: withSource(item, source) }
}

/** The dead letter knows who sent it where the item itself does not say. */
function withSource(item: unknown, source: string | null): unknown {
  if (source === null || !isObject(item) || (item.source !== undefined && item.source !== null)) return item
  return { ...item, source }
}

/** A message that stood in the log already. The door takes it as it was read: county and received_at it sets itself. */
async function archived(letter: DeadLetter<string>, decode: DecodeReading): Promise<Outcome<Resent>> {
  const message = refusedMessage(letter.payload)
  if (message === undefined) return new Refusal('undecodable', 'the payload does not name a message')
  const { topic, partition, offset, value_base64, value_bytes = 0 } = message
  const place = `${topic} ${partition}/${offset}`
  const record = recordIds.find(id => telemetryTopic(id) === topic)
  if (record === undefined) return new Refusal('undecodable', `${place} is not a reading`)
  if (value_base64 === null && value_bytes > 0)
    return new Refusal('undecodable', `${place} has ${value_bytes} bytes, too many for a dead letter to keep`)
  if (value_base64 === null) return new Refusal('undecodable', `${place} has no value`)
  const item = await decode(record, Buffer.from(value_base64, 'base64'))
  return item instanceof Refusal ? new Refusal(item.code, `${place}: ${item.message}`) : { record, item }
}

function refusedMessage(payload: string): Static<typeof RefusedMessageSchema> | undefined {
  let message: unknown
  try {
    message = JSON.parse(payload)
  } catch {
    return undefined
  }
  return Value.Check(RefusedMessageSchema, message) ? message : undefined
}

import type { DeadLetter } from '../../schemas/records/dead-letter.ts'
import { isObject } from './normalise.ts'
import { jsonText, type Refusal } from './refusal.ts'
import { timestampMs } from './timestamp.ts'
import { UnreadableItem } from './unreadable-item.ts'

/** Longest payload kept, UTF-16 units of its JSON text; a longer one is cut and its message says so. */
export const maxPayloadLength = 65_536
const maxIdLength = 256
const maxMessageLength = 2_000

/** What was refused, with as much of its identity as can be made out. */
export function deadLetter(
  record: string,
  item: unknown,
  refusal: Refusal,
  source: string | null,
  receivedAtMs: number,
): DeadLetter {
  const fields = isObject(item) && !(item instanceof UnreadableItem) ? item : {}
  const eventTime = timestampMs(fields.event_time)
  const text = item instanceof UnreadableItem ? item.text : jsonText(item)
  // A sender's name is not believed where it is the reason for the refusal.
  const claimed = refusal.code === 'forbidden_source' ? null : textOf(fields.source)
  return {
    record,
    asset_id: textOf(fields.asset_id),
    event_time: Number.isNaN(eventTime) ? null : eventTime,
    received_at: receivedAtMs,
    source: claimed ?? source,
    code: refusal.code,
    message: `${refusal.message.slice(0, maxMessageLength)}${lostOf(text)}`,
    payload: text?.slice(0, maxPayloadLength) ?? '',
  }
}

/** Where what was refused cannot even be written down: that it was. */
export function bareDeadLetter(
  record: string,
  refusal: Refusal,
  source: string | null,
  receivedAtMs: number,
): DeadLetter {
  const message = `${refusal.message.slice(0, maxMessageLength)} (payload not kept)`
  const unknown = { asset_id: null, event_time: null, payload: '' }
  return { record, ...unknown, received_at: receivedAtMs, source, code: refusal.code, message }
}

/** What of a payload is not kept, in words; empty where all of it is. */
function lostOf(text: string | null): string {
  if (text === null) return ' (payload not kept, it is nested too deeply)'
  return text.length > maxPayloadLength ? ` (payload cut, it had ${text.length} characters)` : ''
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.length > 0 ? value.slice(0, maxIdLength) : null
}

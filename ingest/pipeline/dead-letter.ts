import type { DeadLetter } from '../../schemas/records/dead-letter.ts'
import { isObject, UnparsedLine } from './normalise.ts'
import type { Refusal } from './refusal.ts'
import { timestampMs } from './timestamp.ts'

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
  const fields = isObject(item) && !(item instanceof UnparsedLine) ? item : {}
  const eventTime = timestampMs(fields.event_time)
  const text = item instanceof UnparsedLine ? item.text : (JSON.stringify(item) ?? String(item))
  const cut = text.length > maxPayloadLength
  const message = refusal.message.slice(0, maxMessageLength)
  return {
    record,
    asset_id: textOf(fields.asset_id),
    event_time: Number.isNaN(eventTime) ? null : eventTime,
    received_at: receivedAtMs,
    source: textOf(fields.source) ?? source,
    code: refusal.code,
    message: cut ? `${message} (payload cut, it had ${text.length} characters)` : message,
    payload: cut ? text.slice(0, maxPayloadLength) : text,
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.length > 0 ? value.slice(0, maxIdLength) : null
}

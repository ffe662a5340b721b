import { type FreshReason, freshReasons, type ServerMessage } from '../../schemas/protocol/stream.ts'
import { isNumber, isObject, type Json } from './json-types.ts'
import { parseAlert, parseAlerts } from './parse-alert.ts'
import { parseCells } from './parse-cell.ts'

/** A message that breaks the protocol, in words. */
export interface Unreadable {
  readonly type: 'unreadable'
  readonly why: string
}

/** A message of a type that this client does not know: something that a newer server says. */
export interface Unknown {
  readonly type: 'unknown'
  readonly named: string
}

/**
 * Reads one text message of stream protocol v1. Unknown fields and types do no harm, so that a newer server can add
 * some; what is missing or of the wrong type makes the message unreadable. Never throws.
 */
export function parseMessage(text: string): ServerMessage | Unreadable | Unknown {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return unreadable(`not JSON: ${String(error)}`)
  }
  if (!isObject(json) || typeof json.type !== 'string') return unreadable('not an object with a type')
  const message = readMessage(json, json.type)
  return message ?? unreadable(`a ${json.type} in which something is missing or of the wrong type`)
}

function readMessage(json: Json, type: string): ServerMessage | Unknown | undefined {
  const { position } = json
  switch (type) {
    case 'welcome': {
      const { protocol, heartbeat_ms, server_time, clock_speed } = json
      const complete =
        isNumber(protocol) &&
        isNumber(position) &&
        isNumber(heartbeat_ms) &&
        isNumber(server_time) &&
        isNumber(clock_speed)
      if (!complete) return undefined
      const log = typeof json.log === 'string' && { log: json.log }
      return { type, protocol, position, ...log, heartbeat_ms, server_time, clock_speed }
    }
    case 'snapshot': {
      const cells = parseCells(json.cells)
      const alerts = parseAlerts(json.alerts ?? [])
      if (!cells || !alerts || !isNumber(position) || typeof json.id !== 'string') return undefined
      const since = json.since === undefined || isNumber(json.since) ? json.since : null
      // Taking a part for the whole would drop cells: rather nothing than a guess.
      if (since === null) return undefined
      return {
        type,
        id: json.id,
        position,
        ...(since !== undefined && { since }),
        ...(isFreshReason(json.reason) && { reason: json.reason }),
        cells,
        alerts,
        ...(isNumber(json.alerts_position) && { alerts_position: json.alerts_position }),
      }
    }
    case 'delta': {
      const cells = parseCells(json.cells)
      return cells && isNumber(position) && isNumber(json.sent_at)
        ? { type, position, sent_at: json.sent_at, cells }
        : undefined
    }
    case 'alert': {
      const alert = parseAlert(json.alert)
      const { alerts_position } = json
      return alert && isNumber(position) && isNumber(alerts_position)
        ? { type, position, alerts_position, alert }
        : undefined
    }
    case 'heartbeat':
      return isNumber(position) && isNumber(json.server_time)
        ? { type, position, server_time: json.server_time }
        : undefined
    case 'pong':
      return { type }
    case 'error':
      return typeof json.code === 'string' && typeof json.message === 'string'
        ? {
            type,
            code: json.code,
            message: json.message,
            ...(typeof json.id === 'string' && { id: json.id }),
          }
        : undefined
    default:
      return { type: 'unknown', named: type }
  }
}

function isFreshReason(value: unknown): value is FreshReason {
  return freshReasons.some(reason => reason === value)
}

function unreadable(why: string): Unreadable {
  return { type: 'unreadable', why }
}

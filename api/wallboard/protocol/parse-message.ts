import { type Cell, type ServerMessage, type Status, statuses } from '../../../schemas/protocol/stream.ts'

/** A message that was not understood, in words. */
export interface Unreadable {
  readonly type: 'unreadable'
  readonly why: string
}

type Json = Readonly<Record<string, unknown>>

/**
 * Reads one text message of stream protocol v1. Unknown fields are ignored, so that a newer server can add some;
 * what is missing or of the wrong type makes the message unreadable.
 */
export function parseMessage(text: string): ServerMessage | Unreadable {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return unreadable(`not JSON: ${String(error)}`)
  }
  if (!isObject(json)) return unreadable('not an object')
  return readMessage(json) ?? unreadable(`not a message of this protocol: type ${String(json.type)}`)
}

function readMessage(json: Json): ServerMessage | undefined {
  const { type, position } = json
  switch (type) {
    case 'welcome': {
      const { protocol, heartbeat_ms, server_time, clock_speed } = json
      const complete =
        isNumber(protocol) &&
        isNumber(position) &&
        isNumber(heartbeat_ms) &&
        isNumber(server_time) &&
        isNumber(clock_speed)
      return complete ? { type, protocol, position, heartbeat_ms, server_time, clock_speed } : undefined
    }
    case 'snapshot': {
      const cells = readCells(json.cells)
      const alerts: readonly unknown[] = Array.isArray(json.alerts) ? json.alerts : []
      return cells && isNumber(position) && typeof json.id === 'string'
        ? { type, id: json.id, position, cells, alerts }
        : undefined
    }
    case 'delta': {
      const cells = readCells(json.cells)
      return cells && isNumber(position) && isNumber(json.sent_at)
        ? { type, position, sent_at: json.sent_at, cells }
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
      return undefined
  }
}

function readCells(list: unknown): readonly Cell[] | undefined {
  if (!Array.isArray(list)) return undefined
  const cells: Cell[] = []
  for (const item of list) {
    const cell = readCell(item)
    if (!cell) return undefined
    cells.push(cell)
  }
  return cells
}

function readCell(item: unknown): Cell | undefined {
  if (!isObject(item)) return undefined
  const { kpi, region, window_start, window_end, value, status, revision, version, coverage, readings } = item
  const complete =
    typeof kpi === 'string' &&
    typeof region === 'string' &&
    isNumber(window_start) &&
    isNumber(window_end) &&
    isNumberOrNull(value) &&
    isStatus(status) &&
    isNumber(revision) &&
    isNumber(version) &&
    isNumberOrNull(coverage) &&
    isNumber(readings)
  if (!complete) return undefined
  const event_time_max = isNumber(item.event_time_max) ? item.event_time_max : null
  return {
    kpi,
    region,
    window_start,
    window_end,
    value,
    status,
    revision,
    version,
    coverage,
    readings,
    event_time_max,
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

export function isNumberOrNull(value: unknown): value is number | null {
  return value === null || isNumber(value)
}

export function isStatus(value: unknown): value is Status {
  return statuses.some(status => status === value)
}

function unreadable(why: string): Unreadable {
  return { type: 'unreadable', why }
}

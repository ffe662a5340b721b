import { type Cell, type Status, statuses } from '../../schemas/protocol/stream.ts'
import { isNumber, isNumberOrNull, isObject } from './json-types.ts'

/** The cells of a message; undefined when one of them is not a cell. */
export function parseCells(list: unknown): readonly Cell[] | undefined {
  if (!Array.isArray(list)) return undefined
  const cells: Cell[] = []
  for (const item of list) {
    const cell = parseCell(item)
    if (!cell) return undefined
    cells.push(cell)
  }
  return cells
}

function parseCell(item: unknown): Cell | undefined {
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

export function isStatus(value: unknown): value is Status {
  return statuses.some(status => status === value)
}

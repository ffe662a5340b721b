import { Type } from 'typebox'
import { type Store, selectRows } from '../../platform/clickhouse/select-rows.ts'
import { requireSameSizes } from '../../platform/window-sizes.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { sqlInstant, windowSql } from '../correct/stored-windows.ts'
import { defaultWindows, namedSizes } from '../windows/window-spec.ts'
import { type Chosen, chooseWindows, grainOf, type WindowSpan } from './choose-windows.ts'

export interface RangeQuery extends Store {
  readonly record: RecordId
  /** Windows that start in [fromMs, toMs). */
  readonly fromMs: number
  readonly toMs: number
  /** As WINDOWS has it. */
  readonly windows: string
}

const Span = Type.Object({ start: Type.Number(), size: Type.Number() })
const Size = Type.Object({ size: Type.Union([Type.Number(), Type.Null()]) })
const Start = Type.Object({ start: Type.Number() })
const dayMs = 86_400_000

/**
 * The windows of a range that are stored or have readings.
 * @throws ClickHouseError, CodedError `windows_changed` where WINDOWS names another size than stored windows have
 */
export async function windowsOfRange(query: RangeQuery): Promise<Chosen> {
  const { fromMs, toMs } = query
  const sizeMs = await sizeOfUnpublished(query)
  const first = Math.ceil(fromMs / sizeMs) * sizeMs
  const end = Math.max(toMs, Math.ceil(toMs / sizeMs) * sizeMs)
  const stored = await storedWindows(query, first, end, Math.max(dayMs, sizeMs))
  const grainMs = grainOf([sizeMs, ...stored.map(window => window.sizeMs)])
  const grains = await receivedGrains(query, first, end, grainMs)
  return chooseWindows({ stored, grains, sizeMs, fromMs, toMs })
}

/** That of the stored windows: the local system has other sizes than the defaults. Where none is stored, what WINDOWS says. */
async function sizeOfUnpublished(query: RangeQuery): Promise<number> {
  const { record, windows, toMs } = query
  const [nearest] = await selectRows(
    query,
    Size,
    `SELECT argMinOrNull(${sizeSql}, abs(toUnixTimestamp64Milli(window_start) - ${toMs})) AS size
     FROM {database: Identifier}.measures_${record}`,
  )
  const stored = nearest?.size ?? undefined
  const asked = namedSizes(windows)[record]
  if (stored !== undefined && asked !== undefined) requireSameSizes({ [record]: stored }, { [record]: asked })
  return stored ?? asked ?? defaultWindows[record].sizeMs
}

/** Windows that start in the range or reach into it. Where sizes differ at one start, that of the last version. */
async function storedWindows(
  query: RangeQuery,
  first: number,
  end: number,
  longestMs: number,
): Promise<WindowSpan[]> {
  const from = Math.min(first, query.fromMs)
  const rows = await selectRows(
    query,
    Span,
    `SELECT toUnixTimestamp64Milli(window_start) AS start, argMax(${sizeSql}, version) AS size
     FROM {database: Identifier}.measures_${query.record}
     WHERE window_start >= ${sqlInstant(from - longestMs)} AND window_start < ${sqlInstant(end)}
     GROUP BY window_start ORDER BY window_start`,
  )
  return rows.map(({ start, size }) => ({ start, sizeMs: size }))
}

async function receivedGrains(
  query: RangeQuery,
  first: number,
  end: number,
  grainMs: number,
): Promise<number[]> {
  const rows = await selectRows(
    query,
    Start,
    `SELECT DISTINCT ${windowSql(grainMs)} AS start FROM {database: Identifier}.received_${query.record}
     WHERE event_time >= ${sqlInstant(first)} AND event_time < ${sqlInstant(end)}`,
  )
  return rows.map(({ start }) => start)
}

const sizeSql = 'toUnixTimestamp64Milli(window_end) - toUnixTimestamp64Milli(window_start)'

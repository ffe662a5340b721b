import { Type } from 'typebox'
import { type Store, selectRows } from '../../platform/clickhouse/select-rows.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import type { Expected } from '../regional/expectations.ts'
import { isClose } from './differences.ts'
import { sqlInstant } from './stored-windows.ts'

export interface UnexpectedQuery extends Store {
  /** One whose silence is told. */
  readonly record: RecordId
  /** Windows that end after this, epoch ms; -Infinity for all. */
  readonly from: number
  readonly expected: (record: RecordId, start: number, end: number) => Expected
}

export interface Unexpected {
  readonly windows: readonly { readonly windowStart: number; readonly sizeMs: number }[]
  /** Where those begin that were not looked at, epoch ms; undefined when there are none. */
  readonly next: number | undefined
}

/** What is looked at together: windows that start within so long, ms. */
const sliceMs = 86_400_000

const Oldest = Type.Object({ oldest: Type.Union([Type.Number(), Type.Null()]) })
const Alike = Type.Object({
  counties: Type.Array(Type.Tuple([Type.String(), Type.Number()])),
  size: Type.Number(),
  starts: Type.Array(Type.Number()),
})

/**
 * The next stored windows, a day of them, of which the registry expects something else than what their counties were told
 * with. @throws ClickHouseError
 */
export async function unexpectedWindows(query: UnexpectedQuery): Promise<Unexpected> {
  const { record, from, expected } = query
  const since = Number.isFinite(from)
    ? `window_start > ${sqlInstant(from - sliceMs)} AND window_end > ${sqlInstant(from)} AND`
    : ''
  const [first] = await selectRows(
    query,
    Oldest,
    `SELECT toUnixTimestamp64Milli(minOrNull(window_start)) AS oldest
     FROM {database: Identifier}.measures_${record} WHERE ${since} status != 'provisional'`,
  )
  const start = first?.oldest ?? undefined
  if (start === undefined) return { windows: [], next: undefined }
  // Windows that were told with the same numbers are compared once.
  const alike = await selectRows(
    query,
    Alike,
    `SELECT counties, size, groupArray(start) AS starts
     FROM (
       SELECT toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(window_end) - start AS size,
         arraySort(groupArray((county, expected))) AS counties
       FROM {database: Identifier}.measures_${record}
       WHERE window_start >= ${sqlInstant(start)} AND window_start < ${sqlInstant(start + sliceMs)} AND status != 'provisional'
       GROUP BY start, size
     )
     GROUP BY counties, size`,
  )
  const windows = alike.flatMap(({ counties, size, starts }) => {
    const differs = new Map<Expected, boolean>()
    return starts.flatMap(windowStart => {
      const now = expected(record, windowStart, windowStart + size)
      const known = differs.get(now) ?? isOther(counties, now)
      differs.set(now, known)
      return known ? [{ windowStart, sizeMs: size }] : []
    })
  })
  return { windows, next: start + sliceMs }
}

/** Whether counties were told with other numbers, or are not told at all. */
function isOther(told: readonly (readonly [string, number])[], expected: Expected): boolean {
  const counties = new Set(told.map(([county]) => county))
  return (
    told.some(([county, due]) => !isClose(due, expected.get(county) ?? 0)) ||
    [...expected.keys()].some(county => !counties.has(county))
  )
}

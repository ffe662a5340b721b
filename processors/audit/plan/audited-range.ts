import { Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import type { LogProgress } from '../progress/log-progress.ts'
import { instant, int64s, type Span, within } from '../sql/literals.ts'
import type { Bucket, Run } from './plan-chunks.ts'

const dayMs = 86_400_000
/** Readings are counted in buckets of this length to plan what is looked at together. */
export const bucketMs = 600_000
/** The end of time for what has no end, epoch ms: DateTime64(3) knows no later year. */
const latestMs = Date.UTC(2299, 11, 31)

const Newest = Type.Object({ newest: Type.Union([Type.Number(), Type.Null()]) })
const RunRow = Type.Object({ size: Type.Number(), from: Type.Number(), to: Type.Number() })
const BucketRow = Type.Object({ start: Type.Number(), readings: Type.Number() })
const Count = Type.Object({ count: Type.Number() })
const Size = Type.Object({ size: Type.Number() })

/** Windows that start in [from, to); by default the last day of what is stored, and everything after it. */
export async function auditedRange(
  store: Store,
  records: readonly RecordId[],
  { from, to }: { readonly from?: number; readonly to?: number },
): Promise<Span> {
  const until = to ?? latestMs
  if (from !== undefined) return { from, to: until }
  const newest = await Promise.all(records.map(record => newestEnd(store, record, until)))
  return { from: Math.max(0, Math.max(...newest) - dayMs), to: until }
}

async function newestEnd(store: Store, record: RecordId, to: number): Promise<number> {
  const [row] = await selectRows(
    store,
    Newest,
    `SELECT toUnixTimestamp64Milli(maxOrNull(window_end)) AS newest FROM ${store.database}.measures_${record}_windows_store
     WHERE window_start < ${instant(to)}`,
  )
  return row?.newest ?? 0
}

/** What a record type has stored outside the range, which is not looked at. */
export interface Outside {
  readonly readings: number
  readonly windows: number
}

/** @throws ClickHouseError */
export async function outsideOf(store: Store, record: RecordId, range: Span): Promise<Outside> {
  const { database } = store
  const countOf = async (column: string, table: string, count: string): Promise<number> => {
    const query = `SELECT ${count} AS count FROM ${database}.${table} WHERE NOT ${within(column, [range])}`
    return (await selectRows(store, Count, query))[0]?.count ?? 0
  }
  const [readings, windows] = await Promise.all([
    countOf('event_time', `received_${record}_store`, 'count()'),
    countOf('window_start', `measures_${record}_windows_store`, 'uniqExact(window_start)'),
  ])
  return { readings, windows }
}

/** What a record type has in the range. */
export interface RecordPlan {
  /** Stored windows of one size after the other; none where nothing is stored. */
  readonly runs: readonly Run[]
  readonly buckets: readonly Bucket[]
}

/** @throws ClickHouseError */
export async function planOf(
  store: Store,
  record: RecordId,
  range: Span,
  progress: LogProgress,
): Promise<RecordPlan> {
  const { database } = store
  const archived = progress.records.get(record)?.archived ?? []
  const [runs, buckets] = await Promise.all([
    selectRows(store, RunRow, runsSql(record, range, database)),
    selectRows(
      store,
      BucketRow,
      `SELECT intDiv(toUnixTimestamp64Milli(event_time), ${bucketMs}) * ${bucketMs} AS start, count() AS readings
       FROM ${database}.received_${record}_store
       WHERE ${within('event_time', [range])} AND kafka_offset < ${int64s(archived)}[kafka_partition + 1]
       GROUP BY start ORDER BY start`,
    ),
  ])
  if (runs.length > 0 || buckets.length === 0) return { runs: runs.map(runOf), buckets }
  const [nearest] = await selectRows(store, Size, sizeSql(record, database))
  // Nothing is stored of the range: its windows have the size of those that are.
  return { runs: nearest ? [{ sizeMs: nearest.size, from: range.from, to: range.from }] : [], buckets }
}

/** Whether any window of a record type was ever stored. @throws ClickHouseError */
export async function hasStoredWindows(store: Store, record: RecordId): Promise<boolean> {
  return (await selectRows(store, Size, sizeSql(record, store.database))).length > 0
}

function runOf({ size, from, to }: { size: number; from: number; to: number }): Run {
  return { sizeMs: size, from, to }
}

/** Sizes of windows may change over time: runs of windows of the same size. */
function runsSql(record: RecordId, range: Span, database: string): string {
  return `
SELECT size, min(start) AS from, max(start) + size AS to
FROM
(
  SELECT start, size, sum(changed) OVER (ORDER BY start, size) AS run
  FROM
  (
    SELECT start, size, size != lagInFrame(size) OVER (ORDER BY start, size ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS changed
    FROM
    (
      SELECT DISTINCT toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(window_end) - start AS size
      FROM ${database}.measures_${record} WHERE ${within('window_start', [range])}
    )
  )
)
GROUP BY run, size
ORDER BY from`
}

function sizeSql(record: RecordId, database: string): string {
  return `SELECT toUnixTimestamp64Milli(window_end) - toUnixTimestamp64Milli(window_start) AS size
    FROM ${database}.measures_${record} ORDER BY window_start DESC LIMIT 1`
}

import { Type } from 'typebox'
import { type Store, selectRows } from '../../platform/clickhouse/select-rows.ts'
import { kpisOf } from '../../schemas/kpis/kpis.ts'
import { identityOf, type Measure, type Operation, unknownMeasure } from '../../schemas/measures/measure.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import type { OffsetRange } from '../regional/regional-message.ts'
import type { Received, StoredCounty, StoredRegion, Vector, WindowToCorrect } from './window-to-correct.ts'

export interface WindowsQuery extends Store {
  readonly record: RecordId
  readonly measures: readonly Measure[]
  /** Starts of windows, epoch ms. */
  readonly starts: readonly number[]
  readonly sizeMs: number
  readonly vector: Vector
}

const Offsets = Type.Array(Type.Number())
const CountyRow = Type.Object({
  county: Type.String(),
  start: Type.Number(),
  revision: Type.Number(),
  version: Type.Number(),
  assets: Type.Number(),
  expected: Type.Number(),
  readings: Type.Number(),
  duplicates: Type.Number(),
  event_time_max: Type.Union([Type.Number(), Type.Null()]),
  lineage_partition: Offsets,
  lineage_from_offset: Offsets,
  lineage_through_offset: Offsets,
  measures: Type.Array(Type.Union([Type.Number(), Type.Null()])),
})
const RegionRow = Type.Object({
  region: Type.String(),
  start: Type.Number(),
  kpi: Type.String(),
  value: Type.Union([Type.Number(), Type.Null()]),
  numerator: Type.Number(),
  denominator: Type.Number(),
  revision: Type.Number(),
  version: Type.Number(),
  readings: Type.Number(),
  assets: Type.Number(),
  expected: Type.Number(),
})
const ReceivedRow = Type.Object({
  start: Type.Number(),
  county: Type.String(),
  kafka_partition: Type.Number(),
  messages: Type.Number(),
  first: Type.Number(),
  last: Type.Number(),
})

/** Windows as they are stored, with what was received for them below the vector. @throws ClickHouseError */
export async function readWindows(query: WindowsQuery): Promise<Map<number, WindowToCorrect>> {
  const [counties, regions, received] = await Promise.all([
    readCounties(query),
    readRegions(query),
    readReceived(query),
  ])
  const { record, sizeMs, vector, starts } = query
  return new Map(
    starts.map(windowStart => [
      windowStart,
      {
        record,
        windowStart,
        sizeMs,
        vector,
        counties: counties.get(windowStart) ?? new Map<string, StoredCounty>(),
        regions: regions.get(windowStart) ?? new Map<string, StoredRegion>(),
        received: received.get(windowStart) ?? new Map<string, Map<number, Received>>(),
      },
    ]),
  )
}

/** Extremes of nothing are absent; any other measure only where the row is of before there was one. Of no readings all are known. */
function absentAs(op: Operation, readings: number): number {
  return op === 'max' || op === 'min' || readings === 0 ? identityOf(op) : unknownMeasure
}

type ByWindow<T> = Map<number, Map<string, T>>

async function readCounties(query: WindowsQuery): Promise<ByWindow<StoredCounty>> {
  const { record, measures, starts, sizeMs } = query
  const windows: ByWindow<StoredCounty> = new Map()
  const rows = await selectRows(
    query,
    CountyRow,
    `SELECT county, toUnixTimestamp64Milli(window_start) AS start, revision, version, assets, expected, readings, duplicates,
       toUnixTimestamp64Milli(event_time_max) AS event_time_max,
       lineage_partition, lineage_from_offset, lineage_through_offset,
       [${measures.map(({ id }) => `toNullable(${id})`).join(', ')}] AS measures
     FROM {database: Identifier}.measures_${record}
     WHERE window_start IN (${starts.map(sqlInstant).join(', ')}) AND ${ofSizeSql(sizeMs)}`,
  )
  for (const row of rows) {
    const totals = {
      assets: row.assets,
      expected: row.expected,
      readings: row.readings,
      duplicates: row.duplicates,
      eventTimeMax: row.event_time_max ?? 0,
      measures: measures.map(({ op }, i) => row.measures[i] ?? absentAs(op, row.readings)),
    }
    const lineage = row.lineage_partition.map(
      (partition, i): OffsetRange => ({
        partition,
        from_offset: row.lineage_from_offset[i] ?? -1,
        through_offset: row.lineage_through_offset[i] ?? 0,
      }),
    )
    put(windows, row.start, row.county, {
      totals,
      revision: row.revision,
      version: row.version,
      lineage,
    })
  }
  return windows
}

async function readRegions(query: WindowsQuery): Promise<ByWindow<StoredRegion>> {
  const ids = kpisOf(query.record).map(({ id }) => `'${id}'`)
  const windows: ByWindow<StoredRegion & { readonly kpis: Map<string, RegionKpi> }> = new Map()
  if (ids.length === 0) return windows
  const rows = await selectRows(
    query,
    RegionRow,
    `SELECT region, toUnixTimestamp64Milli(window_start) AS start, kpi, value, numerator, denominator,
       revision, version, readings, assets, expected
     FROM {database: Identifier}.kpi
     WHERE kpi IN (${ids.join(', ')}) AND window_start IN (${query.starts.map(sqlInstant).join(', ')})
       AND ${ofSizeSql(query.sizeMs)}`,
  )
  for (const { region, start, kpi, value, numerator, denominator, ...shared } of rows) {
    const stored = windows.get(start)?.get(region) ?? { ...shared, kpis: new Map<string, RegionKpi>() }
    put(windows, start, region, stored)
    stored.kpis.set(kpi, { value, numerator, denominator })
  }
  return windows
}

type RegionKpi = { value: number | null; numerator: number; denominator: number }

async function readReceived(query: WindowsQuery): Promise<ByWindow<Map<number, Received>>> {
  const { record, starts, sizeMs, vector } = query
  const windows: ByWindow<Map<number, Received>> = new Map()
  const rows = await selectRows(
    query,
    ReceivedRow,
    `SELECT ${windowSql(sizeMs)} AS start, county, kafka_partition,
       count() AS messages, min(kafka_offset) AS first, max(kafka_offset) AS last
     FROM {database: Identifier}.received_${record}
     WHERE (${withinSql(starts, sizeMs)}) AND ${belowSql(vector)}
     GROUP BY start, county, kafka_partition`,
  )
  for (const { start, county, kafka_partition, messages, first, last } of rows) {
    const byPartition = windows.get(start)?.get(county) ?? new Map<number, Received>()
    put(windows, start, county, byPartition)
    byPartition.set(kafka_partition, { messages, first, last })
  }
  return windows
}

/** Windows of another size may be stored at the same start: of before sizes were kept. */
function ofSizeSql(sizeMs: number): string {
  return `toUnixTimestamp64Milli(window_end) - toUnixTimestamp64Milli(window_start) = ${sizeMs}`
}

/** Start of a reading's window, epoch ms. */
export function windowSql(sizeMs: number): string {
  return `toInt64(intDiv(toUnixTimestamp64Milli(event_time), ${sizeMs}) * ${sizeMs})`
}

/** Readings of these windows: neighbours as one span, so that the sort key selects them. */
export function withinSql(starts: readonly number[], sizeMs: number): string {
  const spans: [number, number][] = []
  for (const start of [...new Set(starts)].sort((left, right) => left - right)) {
    const last = spans.at(-1)
    if (last && last[1] === start) last[1] = start + sizeMs
    else spans.push([start, start + sizeMs])
  }
  return spans
    .map(([from, to]) => `(event_time >= ${sqlInstant(from)} AND event_time < ${sqlInstant(to)})`)
    .join(' OR ')
}

/** What lies below the vector. */
export function belowSql(vector: Vector): string {
  if (vector.size === 0) return 'false'
  const partitions = [...vector.keys()].join(', ')
  return `kafka_offset < transform(kafka_partition, [${partitions}], [${[...vector.values()].join(', ')}], 0)`
}

export function sqlInstant(epochMs: number): string {
  return `fromUnixTimestamp64Milli(toInt64(${epochMs}), 'UTC')`
}

function put<T>(windows: ByWindow<T>, start: number, key: string, value: T): void {
  const window = windows.get(start)
  if (window) window.set(key, value)
  else windows.set(start, new Map([[key, value]]))
}

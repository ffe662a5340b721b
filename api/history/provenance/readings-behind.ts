import { Type } from 'typebox'
import { isCensusId, type Kpi } from '../../../schemas/kpis/kpi.ts'
import { fieldsRead } from '../../../schemas/measures/measure.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { fieldsOf, records } from '../../../schemas/records/records.ts'
import { askHistory, type History } from '../ask-history.ts'
import type { SqlQuery } from '../sql-query.ts'
import { countiesOfRegion } from './county-rows.ts'
import { measuresUsed } from './formula.ts'
import type { StoredRevision } from './stored-cell.ts'

/** A value of a reading; null where the device does not say. */
export type FieldValue = number | string | boolean | null

/** A stored reading and where it stands in the log. */
export interface ReadingBehind {
  readonly asset_id: string
  readonly county: string
  /** Epoch ms. */
  readonly event_time: number
  readonly kafka_partition: number
  readonly kafka_offset: number
  /** What the KPI looks at; times in epoch ms. */
  readonly fields: Readonly<Record<string, FieldValue>>
}

/** Which cell the readings are behind. */
export interface Behind {
  readonly record: RecordId
  readonly kpi: Kpi
  readonly region: string
  readonly revision: StoredRevision
}

const Place = Type.Object({
  asset_id: Type.String(),
  county: Type.String(),
  event_time: Type.String(),
  kafka_partition: Type.Integer(),
  kafka_offset: Type.Integer(),
})
const FieldValue = Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()])

/** The fields that decide what a reading adds to the KPI, each once. */
export function fieldsBehind(kpi: Kpi): readonly string[] {
  if (isCensusId(kpi.of)) return []
  const used = new Set(measuresUsed(kpi))
  const { suspectField } = records[kpi.of]
  return [
    ...new Set([
      ...measureSets[kpi.of].measures.filter(({ id }) => used.has(id)).flatMap(fieldsRead),
      ...(suspectField === undefined ? [] : [suspectField]),
    ]),
  ]
}

/**
 * The readings behind a revision of a cell: of the region's counties, in its window, the first of each identity, and
 * below what the revision had seen of each partition of the log. In the order of the log.
 */
export function readingsQuery(database: string, { record, kpi, region, revision }: Behind): SqlQuery {
  const columns = [
    'asset_id',
    'county',
    'event_time',
    ...fieldsBehind(kpi),
    'kafka_partition',
    'kafka_offset',
  ]
  return {
    text: `SELECT ${columns.join(', ')}
FROM {database: Identifier}.readings_${record}
WHERE event_time >= {window_start: DateTime64(3, 'UTC')} AND event_time < {window_end: DateTime64(3, 'UTC')}
    AND county IN (${countiesOfRegion})
    AND arrayExists((partition, through) -> kafka_partition = partition AND kafka_offset < through,
        {partitions: Array(Int32)}, {through_offsets: Array(Int64)})
ORDER BY kafka_partition, kafka_offset`,
    params: {
      database,
      region,
      window_start: new Date(revision.window_start),
      window_end: new Date(revision.window_end),
      partitions: revision.offsets.map(({ partition }) => partition),
      through_offsets: revision.offsets.map(({ through_offset }) => through_offset),
    },
  }
}

/** The first readings behind a revision. @throws CodedError `history_unavailable`. */
export async function readReadings(
  history: History,
  behind: Behind,
  atMost: number,
): Promise<ReadingBehind[]> {
  if (atMost === 0) return []
  const { text, params } = readingsQuery(history.database, behind)
  const names = fieldsBehind(behind.kpi)
  const times = new Set(
    fieldsOf(records[behind.record]).flatMap(({ name, type }) => (type === 'timestamp' ? [name] : [])),
  )
  const rows = await askHistory(
    history,
    { text: `${text}\nLIMIT {at_most: UInt32}`, params: { ...params, at_most: atMost } },
    Type.Intersect([Place, Type.Object(Object.fromEntries(names.map(name => [name, FieldValue])))]),
  )
  const fieldValue = (name: string, value: FieldValue = null): FieldValue =>
    times.has(name) && typeof value === 'string' ? Date.parse(value) : value
  return rows.map(({ asset_id, county, event_time, kafka_partition, kafka_offset, ...row }) => ({
    asset_id,
    county,
    event_time: Date.parse(event_time),
    kafka_partition,
    kafka_offset,
    fields: Object.fromEntries(names.map(name => [name, fieldValue(name, row[name])])),
  }))
}

import { measureTable } from '../../../schemas/clickhouse/measure-tables.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import { isRecordId } from '../../../schemas/records/record.ts'
import type { RegionalMessage } from '../../regional/regional-message.ts'

export type Row = Readonly<Record<string, unknown>>

/** The rows of a final or corrected message, by table. */
export function regionalRows(
  message: RegionalMessage,
  kafkaOffset: number,
): ReadonlyMap<string, readonly Row[]> {
  const shared = {
    window_start: sqlTime(message.window_start),
    window_end: sqlTime(message.window_end),
    status: message.status,
    revision: message.revision,
    version: message.version,
    assets: message.assets,
    expected: message.expected,
    readings: message.readings,
    duplicates: message.duplicates,
    event_time_max: message.event_time_max === null ? null : sqlTime(message.event_time_max),
    computed_at: sqlTime(message.computed_at),
    lineage_partition: message.lineage.map(range => range.partition),
    lineage_from_offset: message.lineage.map(range => range.from_offset),
    lineage_through_offset: message.lineage.map(range => range.through_offset),
  }
  const { region, level, record, coverage } = message
  const { reason, late_readings } = message
  const kpis = message.kpis.map(kpi => ({
    ...shared,
    ...kpi,
    reason,
    late_readings,
    region,
    level,
    record,
    coverage,
    kafka_offset: kafkaOffset,
  }))
  const rows = new Map<string, readonly Row[]>()
  if (level === 'county' && isRecordId(record)) {
    const measures = measureSets[record].measures.map(({ id }, index) => [
      id,
      finite(message.measures[index]),
    ])
    rows.set(measureTable(record).name, [{ ...shared, county: region, ...Object.fromEntries(measures) }])
  }
  if (kpis.length > 0) {
    rows.set('kpi_revisions_windows_store', kpis)
    rows.set('kpi_windows_store', kpis)
  }
  return rows
}

/** An extreme of nothing is infinite on the wire and null in SQL; a measure that the sender does not know yet is absent. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}

/** Epoch ms as ClickHouse reads a DateTime64(3, 'UTC'). */
export function sqlTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('T', ' ').replace('Z', '')
}

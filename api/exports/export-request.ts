import type { Kpi } from '../../schemas/kpis/kpi.ts'
import { kpis } from '../../schemas/kpis/kpis.ts'
import type { Depth } from '../../schemas/protocol/stream.ts'
import { kpisNamed, regionsOf } from '../cells/selection.ts'
import { type KpiView, kpiSource } from '../history/kpi-source.ts'
import type { SqlQuery } from '../history/sql-query.ts'
import { type Step, steps, type TimeRange, timeRange } from '../history/time-range.ts'

/** Formats of ClickHouse, which writes the file. */
export const formats = {
  csv: { clickhouse: 'CSVWithNames', type: 'text/csv; charset=utf-8; header=present' },
  parquet: { clickhouse: 'Parquet', type: 'application/vnd.apache.parquet' },
} as const
export type ExportFormat = keyof typeof formats
export const formatNames = Object.keys(formats) as [ExportFormat, ...ExportFormat[]]

/** Which revisions of a window: the last one, or every final and corrected one. */
export const revisionChoices = ['last', 'all'] as const
export type RevisionChoice = (typeof revisionChoices)[number]

/** As somebody asks for it. */
export interface ExportAsked {
  readonly kpi: readonly string[]
  readonly region: readonly string[]
  readonly depth: Depth
  readonly from?: string
  readonly to?: string
  readonly step: Step
  readonly revisions: RevisionChoice
  readonly format: ExportFormat
}

/** The rows that an export is made of. */
export interface ExportRequest {
  readonly format: ExportFormat
  readonly view: KpiView
  /** As the views name them, which is also how the file does. */
  readonly columns: readonly string[]
  readonly order: readonly string[]
  readonly kpis: readonly Kpi[]
  readonly regions: readonly string[]
  readonly range: TimeRange
}

const value = ['kpi', 'region', 'level', 'window_start', 'window_end', 'value', 'numerator', 'denominator']
const columnsBy = {
  stored: [...value, 'status', 'revision', 'version', 'coverage', 'readings', 'computed_at'],
  /** An hour or a day has no version of its own, but so many windows. */
  rolledUp: [...value, 'status', 'revision', 'coverage', 'readings', 'windows'],
}

/**
 * @param now epoch ms
 * @throws CodedError `unknown_kpi`, `unknown_region`, `invalid_request`, `empty_range` or `range_too_long`.
 */
export function exportRequest(asked: ExportAsked, now: number): ExportRequest {
  const { step, format } = asked
  const named = asked.kpi.flatMap(pattern => kpisNamed(kpis, pattern))
  const codes = asked.region.flatMap(code => regionsOf(code, asked.depth).map(({ code }) => code))
  // An hour or a day is computed from the last revisions: these are all that there are of it.
  const all = step === 'window' && asked.revisions === 'all'
  return {
    format,
    view: all ? 'kpi_revisions' : steps[step].view,
    columns: step === 'window' ? columnsBy.stored : columnsBy.rolledUp,
    order: ['kpi', 'region', 'window_start', ...(all ? ['revision'] : [])],
    kpis: [...new Set(named)],
    regions: [...new Set(codes)],
    range: timeRange(asked.from, asked.to, step, now, steps[step].longestExportMs),
  }
}

/** How many rows there are. */
export function countQuery(database: string, request: ExportRequest): SqlQuery {
  return { text: `SELECT count() AS rows\n${from(request)}`, params: params(database, request) }
}

/** The file itself. */
export function fileQuery(database: string, request: ExportRequest): SqlQuery {
  const { columns, order, format } = request
  const text = [
    `SELECT ${columns.map(name => `k.${name} AS ${name}`).join(', ')}`,
    from(request),
    `ORDER BY ${order.map(name => `k.${name}`).join(', ')}`,
    `FORMAT ${formats[format].clickhouse}`,
  ].join('\n')
  return { text, params: params(database, request) }
}

/** Qualified, because a bare name would mean the selected column of the same name. */
function from({ view, kpis }: ExportRequest): string {
  return `FROM ${kpiSource(view, kpis)} AS k
WHERE k.kpi IN {kpis: Array(String)} AND k.region IN {regions: Array(String)}
    AND k.window_start >= fromUnixTimestamp64Milli({from: Int64})
    AND k.window_start < fromUnixTimestamp64Milli({to: Int64})`
}

function params(database: string, { kpis, regions, range }: ExportRequest): SqlQuery['params'] {
  return { database, kpis: kpis.map(({ id }) => id), regions, from: range.from, to: range.to }
}

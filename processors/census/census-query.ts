import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { censusMeasures } from '../../schemas/kpis/census.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'

const folder = join(import.meta.dirname, '../../schemas/clickhouse/census')
const hour = 3_600

/** How long a defect may stay open, s (assumed: DL/T 741 gives 24 h for 危急; the others are usual practice). */
const defectDeadlines = { critical_s: 24 * hour, serious_s: 30 * 24 * hour, general_s: 90 * 24 * hour }

/** Hours by which the province's clocks are ahead of UTC, all year. */
const utcOffsetHours = 8

/** Midnight of 1 January in the province, of the year that holds the moment just before `at`; epoch ms. */
export function yearStart(at: number): number {
  const local = new Date(at - 1 + utcOffsetHours * hour * 1000)
  return Date.UTC(local.getUTCFullYear(), 0, 1) - utcOffsetHours * hour * 1000
}

/** The SQL of a census. */
export function censusSql(census: CensusId): string {
  return readFileSync(join(folder, `${census.replace(/_census$/, '')}.sql`), 'utf8')
}

/**
 * The measures of every county that has any, as of just before `at` (epoch ms), in the order of `censusMeasures`.
 * @throws ClickHouseError; ParseError where the SQL does not give the columns it should.
 */
export async function queryCensus(
  clickhouse: ClickHouseClient,
  database: string,
  census: CensusId,
  at: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const measures = censusMeasures[census]
  const result = await clickhouse.query({
    query: censusSql(census),
    query_params: { database, at: seconds(at), year_start: seconds(yearStart(at)), ...defectDeadlines },
    format: 'JSONEachRow',
  })
  const Rows = Type.Array(
    Type.Object({
      county: Type.String(),
      ...Object.fromEntries(measures.map(measure => [measure, Type.Number()])),
    }),
  )
  const rows: readonly Readonly<Record<string, unknown>>[] = Value.Parse(Rows, await result.json())
  return new Map(rows.map(row => [String(row.county), measures.map(measure => Number(row[measure]))]))
}

/** A DateTime64 parameter: seconds with three decimals. */
function seconds(epochMs: number): string {
  return (epochMs / 1000).toFixed(3)
}

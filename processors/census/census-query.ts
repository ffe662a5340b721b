import type { ClickHouseClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { censusParameters, censusSql } from '../../schemas/clickhouse/census-sql.ts'
import { censusMeasures } from '../../schemas/kpis/census.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'

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
    query_params: { database, ...censusParameters(at) },
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

import { Type } from 'typebox'
import { type Store, selectRows } from '../../platform/clickhouse/select-rows.ts'
import type { Below } from '../../schemas/clickhouse/census/census-sources.ts'
import { censusParameters, censusSql } from '../../schemas/clickhouse/census-sql.ts'
import { censusMeasures } from '../../schemas/kpis/census.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'
import type { CensusWindow, CountyCensus } from './census-messages.ts'

export interface CensusQuery extends Store {
  readonly census: CensusId
  /** Neighbours, oldest first, all of one year of the province. */
  readonly windows: readonly CensusWindow[]
  /** Only these readings count; everything stored where a record is absent. */
  readonly below: Below
}

/** What was found in every county that has anything, by start of the window. */
export type CensusByWindow = ReadonlyMap<number, ReadonlyMap<string, CountyCensus>>

/**
 * Takes a census as of just before the end of each window, all by one query: most of its time goes into the readings
 * before the first one.
 * @throws ClickHouseError; ParseError where the SQL does not give the columns it should.
 */
export async function queryCensus(query: CensusQuery): Promise<CensusByWindow> {
  const { census, windows, below } = query
  const found = new Map(windows.map(({ start }) => [start, new Map<string, CountyCensus>()]))
  const newest = windows.at(-1)
  if (!newest) return found
  const windowMs = newest.end - newest.start
  const measures = censusMeasures[census]
  const Row = Type.Object({
    county: Type.String(),
    end: Type.Number(),
    readings: Type.Number(),
    ...Object.fromEntries(measures.map(measure => [measure, Type.Number()])),
  })
  const rows: readonly Readonly<Record<string, unknown>>[] = await selectRows(
    query,
    Row,
    `SELECT county, toUnixTimestamp64Milli(window_end) AS end, readings, ${measures.join(', ')}\nFROM (\n${censusSql(census)})`,
    censusParameters(newest.end, { windows: windows.length, windowMs, below }),
  )
  for (const row of rows) {
    const values = measures.map(measure => Number(row[measure]))
    found
      .get(Number(row.end) - windowMs)
      ?.set(String(row.county), { measures: values, readings: Number(row.readings) })
  }
  return found
}

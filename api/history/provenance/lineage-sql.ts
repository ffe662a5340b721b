import { belowOfLineage } from '../../../schemas/clickhouse/census/census-sources.ts'
import { censusParameters, censusSql } from '../../../schemas/clickhouse/census-sql.ts'
import { type CensusId, isCensusId, type Kpi } from '../../../schemas/kpis/kpi.ts'
import { pasteable, type SqlQuery } from '../sql-query.ts'
import { countiesOfRegion, countyQuery } from './county-rows.ts'
import { measuresUsed } from './formula.ts'
import { readingsQuery } from './readings-behind.ts'
import type { StoredRevision } from './stored-cell.ts'

/** SQL to paste. */
export interface LineageSql {
  /** The last revision of the county rows. */
  readonly counties: string
  /** The readings behind the revision; null for a census. */
  readonly readings: string | null
  /** What the census asks; null for other KPIs. */
  readonly census: string | null
}

/** The SQL behind a revision of a KPI in a region, every value in it. Pure but for the census's file. */
export function lineageSql(database: string, kpi: Kpi, region: string, revision: StoredRevision): LineageSql {
  const counties = pasteable(countyQuery(database, { kpi, region, windowStart: revision.window_start }))
  if (isCensusId(kpi.of)) {
    const census = pasteable(censusQuery(database, kpi, kpi.of, region, revision))
    return { counties, readings: null, census }
  }
  const readings = pasteable(readingsQuery(database, { record: kpi.of, kpi, region, revision }))
  return { counties, readings, census: null }
}

/** A census as of the end of a window, for the counties of a region and the measures of one KPI. */
function censusQuery(
  database: string,
  kpi: Kpi,
  census: CensusId,
  region: string,
  { window_start, window_end, offsets }: StoredRevision,
): SqlQuery {
  const windowMs = window_end - window_start
  // Without a lineage nothing limits what it looks at.
  const scope = offsets.length > 0 ? { windowMs, below: belowOfLineage(census, offsets) } : { windowMs }
  return {
    text: `SELECT county, ${measuresUsed(kpi).join(', ')}, readings
FROM
(
${censusSql(census).trim()}
)
WHERE county IN (${countiesOfRegion})
ORDER BY county`,
    params: { database, region, ...censusParameters(window_end, scope) },
  }
}

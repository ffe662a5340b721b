import { Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import { sqlString } from '../../../schemas/clickhouse/table.ts'
import { censusMeasures } from '../../../schemas/kpis/census.ts'
import { evaluate } from '../../../schemas/kpis/evaluate.ts'
import type { CensusId } from '../../../schemas/kpis/kpi.ts'
import { kpisOf } from '../../../schemas/kpis/kpis.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { counties, withAncestors } from '../../../schemas/regions/regions.ts'
import { queryCensus } from '../../census/census-query.ts'
import type { LogProgress } from '../progress/log-progress.ts'
import type { Difference } from '../report/difference.ts'
import { instant, isSame, nothing, orNull } from '../sql/literals.ts'

export interface CensusWindow {
  readonly start: number
  readonly end: number
}

const Window = Type.Object({ start: Type.Number(), end: Type.Number() })
const Row = Type.Object({
  kpi: Type.String(),
  region: Type.String(),
  value: Type.Union([Type.Number(), Type.Null()]),
  numerator: Type.Number(),
  denominator: Type.Number(),
  revision: Type.Number(),
  version: Type.Number(),
  /** Where the registry's log ended for it: the version is the sum of all ends. */
  assets: Type.Number(),
})
const Assets = Type.Object({ end: Type.Number() })

export interface CensusLook {
  readonly values: number
  readonly differences: readonly Difference[]
  /** Assets were registered or changed after what differs was computed: it cannot be computed again as it was. */
  readonly assetsChanged: boolean
}

/** The newest window of a census of which everything is stored; the province is told last. @throws ClickHouseError */
export async function newestCensusWindow(store: Store, census: CensusId): Promise<CensusWindow | undefined> {
  const [window] = await selectRows(
    store,
    Window,
    `SELECT toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(window_end) AS end
     FROM ${store.database}.kpi WHERE kpi IN (${idsOf(census)}) AND region = '370000'
     GROUP BY window_start, window_end HAVING uniqExact(kpi) = ${kpisOf(census).length}
     ORDER BY window_start DESC LIMIT 1`,
  )
  return window
}

/** Takes the census of a window again, of what is archived by now, and compares. @throws ClickHouseError */
export async function lookAtCensus(
  store: Store,
  census: CensusId,
  window: CensusWindow,
  progress: LogProgress,
): Promise<CensusLook> {
  const below = new Map(
    [...progress.records].map(([record, { archived }]): [RecordId, Map<number, number>] => [
      record,
      new Map(archived.map((offset, partition) => [partition, offset])),
    ]),
  )
  const { database } = store
  const [stored, found, [assets]] = await Promise.all([
    selectRows(store, Row, rowsSql(census, window, database)),
    queryCensus({ ...store, census, windows: [window], below }),
    selectRows(store, Assets, `SELECT max(kafka_offset) + 1 AS end FROM ${database}.assets_store`),
  ])
  const again = recomputedRegions(census, found.get(window.start) ?? new Map())
  const rows = new Map(stored.map(row => [`${row.kpi}|${row.region}`, row]))
  const differences: Difference[] = []
  let assetsChanged = false
  for (const [region, numbers] of again) {
    for (const kpi of kpisOf(census)) {
      const row = rows.get(`${kpi.id}|${region}`)
      const is = evaluate(kpi, name => numbers.get(name) ?? 0)
      if (row && isSame(row.numerator, is.numerator) && isSame(row.denominator, is.denominator)) {
        if (isSame(row.value ?? nothing, is.value ?? nothing)) continue
      }
      if (row && (assets?.end ?? 0) > row.assets) assetsChanged = true
      differences.push({
        check: 'census',
        record: census,
        name: kpi.id,
        region,
        windowStart: window.start,
        windowEnd: window.end,
        stored: row ? orNull(row.value ?? nothing) : null,
        recomputed: is.value,
        ...(row ? { revision: row.revision, version: row.version } : { note: 'not stored' }),
      })
    }
  }
  return { values: stored.length, differences, assetsChanged }
}

/** Measures by name of every region: sums over its counties. */
function recomputedRegions(
  census: CensusId,
  found: ReadonlyMap<string, { readonly measures: readonly number[] }>,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const regions = new Map<string, Map<string, number>>()
  for (const { code } of counties) {
    for (const region of withAncestors(code)) {
      const sums = regions.get(region) ?? new Map<string, number>()
      regions.set(region, sums)
      censusMeasures[census].forEach((measure, i) => {
        sums.set(measure, (sums.get(measure) ?? 0) + (found.get(code)?.measures[i] ?? 0))
      })
    }
  }
  return regions
}

function rowsSql(census: CensusId, { start }: CensusWindow, database: string): string {
  return `
SELECT kpi, region, value, numerator, denominator, revision, version, version - arraySum(lineage_through_offset) AS assets
FROM ${database}.kpi WHERE kpi IN (${idsOf(census)}) AND window_start = ${instant(start)}`
}

function idsOf(census: CensusId): string {
  return kpisOf(census)
    .map(({ id }) => sqlString(id))
    .join(', ')
}

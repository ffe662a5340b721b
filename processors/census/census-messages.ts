import { censusMeasures } from '../../schemas/kpis/census.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'
import type { Measure } from '../../schemas/measures/measure.ts'
import { counties } from '../../schemas/regions/regions.ts'
import { buildRegional } from '../regional/build-regional.ts'
import type { RegionalMessage } from '../regional/regional-message.ts'
import { rollUp, type Totals } from '../regional/totals.ts'

export interface CensusWindow {
  readonly start: number
  readonly end: number
}

/**
 * One final message for every region, also for those where there is nothing: no open defect is a result too.
 * Of two runs of the same window the later one holds: the version is when it was computed (epoch ms).
 */
export function censusMessages(
  census: CensusId,
  window: CensusWindow,
  byCounty: ReadonlyMap<string, readonly number[]>,
  computedAt: number,
): readonly RegionalMessage[] {
  const measures = censusMeasures[census].map((id): Measure => ({ id, op: 'sum', unit: '1' }))
  const nothing = measures.map(() => 0)
  const totals = new Map(
    counties.map(({ code }): [string, Totals] => [code, totalsOf(byCounty.get(code) ?? nothing)]),
  )
  const facts = {
    ...window,
    series: census,
    measures,
    status: 'final',
    revision: 1,
    version: computedAt,
    observedUntil: window.end,
    computedAt,
    lineage: [],
  } as const
  return [...rollUp(measures, totals)].map(([region, regionTotals]) =>
    buildRegional(facts, region, regionTotals),
  )
}

/** Counties that are none: their measures would be lost without a word. */
export function strangeCounties(byCounty: ReadonlyMap<string, unknown>): readonly string[] {
  const known = new Set(counties.map(county => county.code))
  return [...byCounty.keys()].filter(county => !known.has(county))
}

function totalsOf(measures: readonly number[]): Totals {
  return { assets: 0, expected: 0, readings: 0, duplicates: 0, eventTimeMax: 0, measures }
}

import { lineageOfCensus } from '../../schemas/clickhouse/census/census-sources.ts'
import { censusMeasures } from '../../schemas/kpis/census.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'
import type { Measure } from '../../schemas/measures/measure.ts'
import { counties } from '../../schemas/regions/regions.ts'
import { buildRegional } from '../regional/build-regional.ts'
import type { KpiValue, RegionalMessage } from '../regional/regional-message.ts'
import { rollUp, type Totals } from '../regional/totals.ts'
import { type LogPosition, versionAt } from './log-position.ts'

export interface CensusWindow {
  readonly start: number
  readonly end: number
}

/** What a census found in a county. */
export interface CountyCensus {
  /** In the order of `censusMeasures`. */
  readonly measures: readonly number[]
  /** Readings behind them, of the county, since the beginning. */
  readonly readings: number
}

/** The last revision of a region. */
export interface StoredRegion {
  readonly revision: number
  readonly version: number
  readonly readings: number
  readonly kpis: readonly Omit<KpiValue, 'value'>[]
}

export interface CensusResult {
  readonly census: CensusId
  readonly window: CensusWindow
  readonly counties: ReadonlyMap<string, CountyCensus>
  /** The readings that were looked at are those below it. */
  readonly position: LogPosition
  readonly stored: ReadonlyMap<string, StoredRegion>
  readonly computedAt: number
}

/**
 * What has to be said of a window: of every region that nothing is stored of, also where there is nothing (no open
 * defect is a result too), and the next revision of those that more readings stand behind, or other values. Where a
 * revision is stored that has seen as much of the log, it stays. Pure.
 *
 * More readings are told even if the values are the same: had they been others in between, one that slept then and says
 * so now would have the last word. The province comes last: once it is stored, so is everything said of the window.
 */
export function censusMessages(result: CensusResult): readonly RegionalMessage[] {
  const { census, window, position, stored, computedAt } = result
  const measures = censusMeasures[census].map((id): Measure => ({ id, op: 'sum', unit: '1' }))
  const version = versionAt(position)
  const build = (region: string, totals: Totals): RegionalMessage => {
    const before = stored.get(region)
    const facts = {
      ...window,
      series: census,
      measures,
      status: before ? 'corrected' : 'final',
      revision: (before?.revision ?? 0) + 1,
      version,
      observedUntil: window.end,
      computedAt,
      lineage: lineageOfCensus(census, position.below),
    } as const
    if (!before) return buildRegional(facts, region, totals)
    const lateReadings = Math.max(0, totals.readings - before.readings)
    return buildRegional({ ...facts, reason: 'late', lateReadings }, region, totals)
  }
  const nothing: CountyCensus = { measures: measures.map(() => 0), readings: 0 }
  const totals = new Map(
    counties.map(({ code }): [string, Totals] => [code, totalsOf(result.counties.get(code) ?? nothing)]),
  )
  return [...rollUp(measures, totals)]
    .map(([region, regionTotals]) => build(region, regionTotals))
    .filter(message => isNews(message, stored.get(message.region)))
    .sort((left, right) => levels.indexOf(left.level) - levels.indexOf(right.level))
}

const levels: readonly RegionalMessage['level'][] = ['county', 'city', 'circle', 'province']

/** Counties that are none: their measures would be lost without a word. */
export function strangeCounties(byCounty: ReadonlyMap<string, unknown>): readonly string[] {
  const known = new Set(counties.map(county => county.code))
  return [...byCounty.keys()].filter(county => !known.has(county))
}

function totalsOf({ measures, readings }: CountyCensus): Totals {
  return { assets: 0, expected: 0, readings, duplicates: 0, eventTimeMax: 0, measures }
}

function isNews(message: RegionalMessage, before: StoredRegion | undefined): boolean {
  if (!before) return true
  if (before.version >= message.version) return false
  return before.readings !== message.readings || !sameKpis(message, before)
}

function sameKpis({ kpis }: RegionalMessage, before: StoredRegion): boolean {
  return kpis.every(({ kpi, numerator, denominator }) => {
    const stored = before.kpis.find(candidate => candidate.kpi === kpi)
    return stored && isClose(numerator, stored.numerator) && isClose(denominator, stored.denominator)
  })
}

/** Equal but for rounding: ClickHouse adds in any order. */
function isClose(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-9 * Math.max(Math.abs(left), Math.abs(right))
}

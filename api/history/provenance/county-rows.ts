import { type Static, Type } from 'typebox'
import { isCensusId, type Kpi } from '../../../schemas/kpis/kpi.ts'
import { NullableNumber, StatusName } from '../../rest/wire-schemas.ts'
import { askHistory, type History } from '../ask-history.ts'
import type { SqlQuery } from '../sql-query.ts'
import { measuresUsed } from './formula.ts'

/** What is stored of one county and window, as far as a KPI needs it. */
export interface CountyRow extends Omit<Static<typeof Stored>, 'computed_at'> {
  /** Epoch ms. */
  readonly computed_at: number
  /** By name; null for an extreme of nothing. */
  readonly measures: Readonly<Record<string, number | null>>
}

const Stored = Type.Object({
  county: Type.String(),
  status: StatusName,
  revision: Type.Integer(),
  version: Type.Integer(),
  assets: Type.Integer(),
  expected: Type.Number(),
  readings: Type.Integer(),
  duplicates: Type.Integer(),
  computed_at: Type.String(),
})

const CensusRow = Type.Object({
  ...Stored.properties,
  numerator: Type.Number(),
  denominator: Type.Number(),
})

/** Which cell the counties are of; epoch ms. */
export interface CountiesOf {
  readonly kpi: Kpi
  readonly region: string
  readonly windowStart: number
}

/** The counties that make up a region; a county makes up itself. */
export const countiesOfRegion =
  'SELECT county FROM {database: Identifier}.region_counties WHERE region = {region: String}'

const shared = Object.keys(Stored.properties).filter(name => name !== 'county')

/** The rows behind a cell, one a county: measures of the record, or the values of a census. */
export function countyQuery(database: string, { kpi, region, windowStart }: CountiesOf): SqlQuery {
  const params = { database, region, window_start: new Date(windowStart) }
  if (isCensusId(kpi.of)) {
    return {
      text: `SELECT region AS county, value, numerator, denominator, ${shared.join(', ')}
FROM {database: Identifier}.kpi
WHERE kpi = {kpi: String} AND level = 'county' AND window_start = {window_start: DateTime64(3, 'UTC')}
    AND region IN (${countiesOfRegion})
ORDER BY county`,
      params: { ...params, kpi: kpi.id },
    }
  }
  return {
    text: `SELECT county, ${[...measuresUsed(kpi), ...shared].join(', ')},
    lineage_partition, lineage_from_offset, lineage_through_offset
FROM {database: Identifier}.measures_${kpi.of}
WHERE window_start = {window_start: DateTime64(3, 'UTC')}
    AND county IN (${countiesOfRegion})
ORDER BY county`,
    params,
  }
}

/**
 * The last revision of every county of the region, by code; at most as many as the province has counties.
 * @throws CodedError `history_unavailable`.
 */
export async function readCountyRows(history: History, of: CountiesOf): Promise<readonly CountyRow[]> {
  const query = countyQuery(history.database, of)
  if (isCensusId(of.kpi.of)) {
    const rows = await askHistory(history, query, CensusRow)
    return rows.map(row => countyRow(row, censusMeasuresOf(of.kpi, row)))
  }
  const names = measuresUsed(of.kpi)
  const measures = Type.Object(Object.fromEntries(names.map(name => [name, NullableNumber])))
  const rows = await askHistory(history, query, Type.Intersect([Stored, measures]))
  return rows.map(row => countyRow(row, Object.fromEntries(names.map(name => [name, row[name] ?? null]))))
}

function countyRow(row: Static<typeof Stored>, measures: CountyRow['measures']): CountyRow {
  const { county, status, revision, version, assets, expected, readings, duplicates } = row
  const computed_at = Date.parse(row.computed_at)
  return { county, status, revision, version, assets, expected, readings, duplicates, computed_at, measures }
}

/** A census KPI is one ratio, so a county's numerator and denominator are its measures. */
function censusMeasuresOf(
  { factors }: Kpi,
  row: { readonly numerator: number; readonly denominator: number },
): CountyRow['measures'] {
  const [factor] = factors
  if (!factor || factors.length > 1) return {}
  return Object.fromEntries(
    [[factor.numerator, row.numerator] as const, [factor.denominator, row.denominator] as const].filter(
      ([term]) => typeof term === 'string',
    ),
  )
}

import { counties, regions, withAncestors } from '../regions/regions.ts'
import shandong from '../regions/shandong.json' with { type: 'json' }
import { sqlString, type Target } from './table.ts'

/** A table whose rows are definitions too: it is replaced as a whole when they change. */
export interface DefinedTable {
  readonly name: string
  readonly orderBy: string
  /** The structure as ClickHouse's `values` takes it. */
  readonly structure: string
  readonly rows: readonly string[]
}

type Cell = string | number | null

/** Every region, in force or retired; `successor` names the county that a retired one became part of. */
const regionTable: DefinedTable = {
  name: 'regions',
  orderBy: 'code',
  structure:
    'code String, level LowCardinality(String), parent LowCardinality(Nullable(String)), zh String, en String, lon Nullable(Float64), lat Nullable(Float64), townships UInt32, valid_from Nullable(Date32), valid_to Nullable(Date32), successor Nullable(String)',
  rows: [
    ...regions.map(region =>
      definedRow([
        region.code,
        region.level,
        region.parent,
        region.zh,
        region.en,
        region.lon,
        region.lat,
        region.townships,
        region.validFrom,
        region.validTo,
        null,
      ]),
    ),
    ...shandong.retired.map(({ code, zh, valid_to, now }) =>
      definedRow([
        code,
        code.endsWith('00') ? 'city' : 'county',
        null,
        zh,
        zh,
        null,
        null,
        0,
        null,
        valid_to,
        now,
      ]),
    ),
  ],
}

/** Which counties make up each region; a county makes up itself. Rolls county measures up in SQL. */
const regionCountyTable: DefinedTable = {
  name: 'region_counties',
  orderBy: '(county, region)',
  structure: 'region LowCardinality(String), level LowCardinality(String), county LowCardinality(String)',
  rows: counties.flatMap(({ code: county }) =>
    withAncestors(county).map(region => {
      const level = regions.find(candidate => candidate.code === region)?.level ?? 'county'
      return definedRow([region, level, county])
    }),
  ),
}

export const regionTables: readonly DefinedTable[] = [regionTable, regionCountyTable]

export function replaceTable(
  table: DefinedTable,
  { database, enginePrefix }: Target,
  comment: string,
): string {
  return [
    `CREATE OR REPLACE TABLE ${database}.${table.name}`,
    `ENGINE = ${enginePrefix}MergeTree`,
    `ORDER BY ${table.orderBy}`,
    `COMMENT ${sqlString(comment)}`,
    `AS SELECT * FROM values(${sqlString(table.structure)}, ${table.rows.join(', ')})`,
  ].join('\n')
}

export function definedRow(cells: readonly Cell[]): string {
  return `(${cells.map(cell => (typeof cell === 'string' ? sqlString(cell) : String(cell))).join(', ')})`
}

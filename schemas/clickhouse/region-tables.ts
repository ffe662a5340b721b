import { counties, regions, withAncestors } from '../regions/regions.ts'
import shandong from '../regions/shandong.json' with { type: 'json' }
import { sqlString, type Target } from './table.ts'

/** A table whose rows are definitions too: it is replaced as a whole when they change. */
export interface DefinedTable {
  readonly name: string
  /** What a row is, for people who look at the database. */
  readonly comment: string
  readonly orderBy: string
  /** Type and comment of each column. */
  readonly columns: Readonly<Record<string, readonly [type: string, comment: string]>>
  readonly rows: readonly string[]
}

type Cell = string | number | null

/** Every region, in force or retired; `successor` names the county that a retired one became part of. */
const regionTable: DefinedTable = {
  name: 'regions',
  comment: 'A region, in force or retired',
  orderBy: 'code',
  columns: {
    code: ['String', 'GB/T 2260 (county six digits, city dddd00, province 370000) or circle-…'],
    level: ['LowCardinality(String)', 'county, city, circle or province'],
    parent: ['LowCardinality(Nullable(String))', 'Code of the region above; null for the province'],
    zh: ['String', 'Chinese name'],
    en: ['String', 'English name'],
    lon: ['Nullable(Float64)', 'Longitude, degrees; known for cities only'],
    lat: ['Nullable(Float64)', 'Latitude, degrees; known for cities only'],
    townships: ['UInt32', 'Townships and subdistricts'],
    valid_from: ['Nullable(Date32)', 'In force from then on; null where unbounded'],
    valid_to: ['Nullable(Date32)', 'No longer in force from then on; null where unbounded'],
    successor: ['Nullable(String)', 'County that a retired one became part of'],
  },
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
  comment: 'A county and a region that it is part of; a county is part of itself',
  orderBy: '(county, region)',
  columns: {
    region: ['LowCardinality(String)', 'Code of the region'],
    level: ['LowCardinality(String)', 'Level of the region: county, city, circle or province'],
    county: ['LowCardinality(String)', 'Code of the county'],
  },
  rows: counties.flatMap(({ code: county }) =>
    withAncestors(county).map(region => {
      const level = regions.find(candidate => candidate.code === region)?.level ?? 'county'
      return definedRow([region, level, county])
    }),
  ),
}

export const regionTables: readonly DefinedTable[] = [regionTable, regionCountyTable]

/**
 * Names and parent of the region that a column holds, as columns of a view. They are written out there: a join would be made
 * by every query, and a view reads nothing but what row policies know.
 */
export function regionNames(column: string): readonly string[] {
  const named = [...regions, ...shandong.retired.map(({ code, zh }) => ({ code, zh, en: zh, parent: null }))]
  const list = (texts: readonly (string | null)[]) => `[${texts.map(cellSql).join(', ')}]`
  const codes = list(named.map(({ code }) => code))
  const found = (field: 'zh' | 'en' | 'parent') =>
    `transform(${column}, ${codes}, ${list(named.map(region => region[field]))}, NULL)`
  return [`${found('zh')} AS region_zh`, `${found('en')} AS region_en`, `${found('parent')} AS parent`]
}

export function replaceTable(
  table: DefinedTable,
  { database, enginePrefix }: Target,
  comment: string,
): string {
  const columns = Object.entries(table.columns)
  const typed = columns.map(([name, [type, text]]) => `${name} ${type} COMMENT ${sqlString(text)}`)
  const structure = columns.map(([name, [type]]) => `${name} ${type}`)
  return [
    `CREATE OR REPLACE TABLE ${database}.${table.name}`,
    `(${typed.join(', ')})`,
    `ENGINE = ${enginePrefix}MergeTree`,
    `ORDER BY ${table.orderBy}`,
    `COMMENT ${sqlString(comment)}`,
    `AS SELECT * FROM values(${sqlString(structure.join(', '))}, ${table.rows.join(', ')})`,
  ].join('\n')
}

export function definedRow(cells: readonly Cell[]): string {
  return `(${cells.map(cellSql).join(', ')})`
}

function cellSql(cell: Cell): string {
  return typeof cell === 'string' ? sqlString(cell) : String(cell)
}

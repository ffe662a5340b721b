import { Type } from 'typebox'
import { selectRows } from '../../platform/clickhouse/select-rows.ts'
import { readingTable } from '../../schemas/clickhouse/reading-tables.ts'
import { pairsSql } from './read-readings.ts'
import { belowSql, type WindowsQuery, windowSql, withinSql } from './stored-windows.ts'

/** By start of a window, epoch ms. */
type Counties = ReadonlyMap<number, readonly string[]>

const Row = Type.Object({ start: Type.Number(), counties: Type.Array(Type.String()) })

/**
 * These counties with all that share an asset with them in the window, and all that share one with those: an asset that moved
 * counts in one county with the readings of all, so such counties are computed together. @throws ClickHouseError
 */
export async function withSharedAssets(query: WindowsQuery, counties: Counties): Promise<Counties> {
  const closed = new Map(counties)
  // What was added may share other assets with further counties.
  for (let added = counties; added.size > 0; ) {
    const sharing = await readSharing(query, added)
    added = new Map(
      [...sharing].flatMap(([start, codes]) => {
        const held = new Set(closed.get(start))
        const news = codes.filter(code => !held.has(code))
        return news.length > 0 ? [[start, news] as const] : []
      }),
    )
    for (const [start, codes] of added) closed.set(start, [...(closed.get(start) ?? []), ...codes])
  }
  return closed
}

/**
 * All counties in which assets that were seen in these counties have readings below the vector, of assets that have some in several.
 * Of the stored rows, duplicates included: a county too many does no harm.
 */
async function readSharing(query: WindowsQuery, counties: Counties): Promise<Counties> {
  const asked = new Map([...counties].filter(([, codes]) => codes.length > 0))
  if (asked.size === 0) return new Map()
  const { record, sizeMs, vector } = query
  const table = `{database: Identifier}.${readingTable(record).name}`
  const stored = `(${withinSql([...asked.keys()], sizeMs)}) AND ${belowSql(vector)}`
  const start = `${windowSql(sizeMs)} AS start`
  const rows = await selectRows(
    query,
    Row,
    `SELECT start, groupUniqArrayArray(codes) AS counties
     FROM (
       SELECT ${start}, asset_id, groupUniqArray(county) AS codes FROM ${table}
       WHERE ${stored} AND (start, asset_id) IN (
         SELECT ${start}, asset_id FROM ${table} WHERE ${stored} AND (${pairsSql(asked)})
       )
       GROUP BY start, asset_id HAVING length(codes) > 1
     )
     GROUP BY start`,
  )
  return new Map(rows.map(row => [row.start, row.counties]))
}

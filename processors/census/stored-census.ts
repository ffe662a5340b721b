import type { ClickHouseClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { selectRows } from '../../platform/clickhouse/select-rows.ts'
import { sizeText, windowsChanged } from '../../platform/window-sizes.ts'
import { type Below, belowOfLineage } from '../../schemas/clickhouse/census/census-sources.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'
import { kpisOf } from '../../schemas/kpis/kpis.ts'
import { sqlInstant } from '../correct/stored-windows.ts'
import type { KnownWindows } from './census-agenda.ts'
import type { CensusWindow, StoredRegion } from './census-messages.ts'

export interface StoredCensusQuery {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly census: CensusId
  /** Windows of another length are another series. */
  readonly sizeMs: number
}

const province = '370000'
const Offsets = Type.Array(Type.Number())
const Span = Type.Object({ windows: Type.Number(), first: Type.Number(), last: Type.Number() })
const Size = Type.Object({ size: Type.Number() })
const Known = Type.Object({ start: Type.Number(), partitions: Offsets, offsets: Offsets })
const Region = Type.Object({
  start: Type.Number(),
  region: Type.String(),
  kpi: Type.String(),
  numerator: Type.Number(),
  denominator: Type.Number(),
  revision: Type.Number(),
  version: Type.Number(),
  readings: Type.Number(),
})

/**
 * The windows that are stored, from `oldest` (epoch ms) on. The province stands for all regions: it is said last.
 * @throws ClickHouseError
 */
export async function readKnownWindows(query: StoredCensusQuery, oldest: number): Promise<KnownWindows> {
  const { census, sizeMs } = query
  const kpi = kpisOf(census)[0]?.id ?? ''
  const from = `FROM {database: Identifier}.kpi WHERE kpi = '${kpi}' AND region = '${province}' AND ${ofSize(sizeMs)}`
  const [span] = await selectRows(
    query,
    Span,
    `SELECT count() AS windows, ${ms('min(window_start)')} AS first, ${ms('max(window_start)')} AS last ${from}`,
  )
  const known = await selectRows(
    query,
    Known,
    `SELECT ${ms('window_start')} AS start, lineage_partition AS partitions, lineage_through_offset AS offsets
     ${from} AND window_start >= ${sqlInstant(oldest)}`,
  )
  return {
    ever: span && span.windows > 0 ? { first: span.first, last: span.last } : null,
    windows: new Map(
      known.map(({ start, partitions, offsets }): [number, Below] => {
        const lineage = partitions.map((partition, i) => ({ partition, through_offset: offsets[i] ?? 0 }))
        return [start, belowOfLineage(census, lineage)]
      }),
    ),
  }
}

/** How long the newest stored window of a census is, ms; undefined while none is stored. @throws ClickHouseError */
export async function readCensusSize(
  census: CensusId,
  clickhouse: ClickHouseClient,
  database: string,
): Promise<number | undefined> {
  const kpi = kpisOf(census)[0]?.id ?? ''
  const [newest] = await selectRows(
    { clickhouse, database },
    Size,
    `SELECT ${ms('window_end')} - ${ms('window_start')} AS size FROM {database: Identifier}.kpi
     WHERE kpi = '${kpi}' AND region = '${province}' ORDER BY window_start DESC LIMIT 1`,
  )
  return newest?.size
}

/** @throws CodedError `windows_changed` where the stored windows have another size than CENSUS_WINDOW says */
export function requireCensusSize(census: CensusId, storedMs: number | undefined, askedMs: number): void {
  if (storedMs === undefined || storedMs === askedMs) return
  throw windowsChanged(
    `the stored windows of ${census} are ${sizeText(storedMs)} long, CENSUS_WINDOW asks for ${sizeText(askedMs)}`,
    `set CENSUS_WINDOW=${storedMs} again`,
  )
}

/** The last revision of every region, by start of the window. @throws ClickHouseError */
export async function readStoredRegions(
  query: StoredCensusQuery,
  windows: readonly CensusWindow[],
): Promise<ReadonlyMap<number, ReadonlyMap<string, StoredRegion>>> {
  const [first] = windows
  const last = windows.at(-1)
  const stored = new Map(windows.map(({ start }) => [start, new Map<string, StoredRegion>()]))
  if (!first || !last) return stored
  const kpis = kpisOf(query.census).map(({ id }) => `'${id}'`)
  const rows = await selectRows(
    query,
    Region,
    `SELECT ${ms('window_start')} AS start, region, kpi, numerator, denominator, revision, version, readings
     FROM {database: Identifier}.kpi
     WHERE kpi IN (${kpis.join(', ')}) AND ${ofSize(query.sizeMs)}
       AND window_start >= ${sqlInstant(first.start)} AND window_start <= ${sqlInstant(last.start)}`,
  )
  for (const { start, region, kpi, numerator, denominator, ...shared } of rows) {
    const before = stored.get(start)?.get(region)
    const all = [...(before?.kpis ?? []), { kpi, numerator, denominator }]
    stored.get(start)?.set(region, { ...shared, kpis: all })
  }
  return stored
}

function ms(instant: string): string {
  return `toUnixTimestamp64Milli(${instant})`
}

function ofSize(sizeMs: number): string {
  return `${ms('window_end')} - ${ms('window_start')} = ${sizeMs}`
}

import { asked, type Store } from '../../../platform/clickhouse/select-rows.ts'
import type { Status } from '../../../schemas/protocol/stream.ts'
import { statuses } from '../../../schemas/protocol/stream.ts'
import type { JudgedWindow } from '../judge/judged-window.ts'

export interface HistoryQuery extends Store {
  readonly kpi: string
  /** Only these; all when null. */
  readonly regions: readonly string[] | null
  /** Windows that start in [fromMs, toMs), epoch ms. */
  readonly fromMs: number
  readonly toMs: number
}

/** Some windows of one region, in order. */
export interface RegionChunk {
  readonly region: string
  readonly windows: readonly JudgedWindow[]
}

/** What a revision said, and when. */
export interface KnownWindow {
  readonly region: string
  readonly window: JudgedWindow
  /** When it was computed, epoch ms. */
  readonly at: number
}

const within = `kpi = {kpi: String}
  AND window_start >= fromUnixTimestamp64Milli({from: Int64}) AND window_start < fromUnixTimestamp64Milli({to: Int64})
  AND (empty({regions: Array(String)}) OR region IN {regions: Array(String)})`

/**
 * The last revisions of a KPI's windows, region by region, each in order of time. A row holds a day of a region in
 * columns, so that millions of windows do not cost a row each. @throws ClickHouseError
 */
export async function* lastRevisions(query: HistoryQuery): AsyncGenerator<RegionChunk> {
  const columns = ['starts', 'ends', 'values', 'coverages', 'revisions', 'versions']
  const text = `
    SELECT region, ${columns.map((name, i) => `arrayMap(w -> w.${i + 1}, windows) AS ${name}`).join(', ')}
    FROM
    (
      SELECT region, toStartOfDay(window_start) AS day, arraySort(groupArray((
        toUnixTimestamp64Milli(window_start), toUnixTimestamp64Milli(window_end), value, coverage, revision, version))) AS windows
      FROM {database: Identifier}.kpi
      WHERE ${within}
      GROUP BY region, day
    )
    ORDER BY region, day`
  for await (const [region, ...cells] of rowsOf(query, text)) {
    const [starts, ends, values, coverages, revisions, versions] = cells.map(numbers)
    if (!starts) continue
    const windows = starts.map((start, i): JudgedWindow => {
      const revision = revisions?.[i] ?? 1
      return {
        start: start ?? 0,
        end: ends?.[i] ?? 0,
        value: values?.[i] ?? null,
        coverage: coverages?.[i] ?? null,
        status: revision > 1 ? 'corrected' : 'final',
        revision,
        version: versions?.[i] ?? 0,
      }
    })
    yield { region: String(region), windows }
  }
}

/** Every final and corrected revision of a KPI's windows, in the order in which they were computed. @throws ClickHouseError */
export async function* knownRevisions(query: HistoryQuery): AsyncGenerator<KnownWindow> {
  const text = `
    SELECT region, status, toUnixTimestamp64Milli(window_start), toUnixTimestamp64Milli(window_end), value, coverage,
      revision, version, toUnixTimestamp64Milli(computed_at)
    FROM {database: Identifier}.kpi_revisions
    WHERE ${within}
    ORDER BY computed_at, window_start, region, revision`
  for await (const [region, said, ...cells] of rowsOf(query, text)) {
    const [start, end, value, coverage, revision, version, at] = numbers(cells)
    yield {
      region: String(region),
      window: {
        start: start ?? 0,
        end: end ?? 0,
        value: value ?? null,
        coverage: coverage ?? null,
        status: statusOf(said),
        revision: revision ?? 1,
        version: version ?? 0,
      },
      at: at ?? 0,
    }
  }
}

async function* rowsOf(history: HistoryQuery, query: string): AsyncGenerator<readonly unknown[]> {
  const { clickhouse, database, kpi, regions, fromMs, toMs } = history
  // What has begun to come is not asked for again.
  const result = await asked(history, () =>
    clickhouse.query({
      query,
      query_params: { database, kpi, from: fromMs, to: toMs, regions: regions ?? [] },
      format: 'JSONCompactEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    }),
  )
  for await (const rows of result.stream()) {
    for (const row of rows) {
      const cells: unknown = row.json()
      if (!Array.isArray(cells)) throw new Error('a row of history is not an array')
      yield cells
    }
  }
}

function numbers(cells: unknown): readonly (number | null)[] {
  if (!Array.isArray(cells)) throw new Error('a column of history is not an array')
  return cells.map(cell => (typeof cell === 'number' ? cell : null))
}

function statusOf(text: unknown): Status {
  return statuses.find(status => status === text) ?? 'final'
}

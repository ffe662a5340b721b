import { type Static, Type } from 'typebox'
import { CodedError } from '../../platform/errors.ts'
import type { Kpi } from '../../schemas/kpis/kpi.ts'
import { Coverage, EpochMs, NullableNumber, StatusName } from '../rest/wire-schemas.ts'
import { askHistory, type History } from './ask-history.ts'
import { kpiSource } from './kpi-source.ts'
import type { SqlQuery } from './sql-query.ts'
import { type Step, steps, type TimeRange } from './time-range.ts'

export const maxPoints = 50_000

export const Point = Type.Object({
  window_start: EpochMs,
  window_end: EpochMs,
  value: NullableNumber,
  status: StatusName,
  revision: Type.Integer(),
  coverage: Coverage,
  readings: Type.Integer(),
})
export type Point = Static<typeof Point>

const Row = Type.Object({ ...Point.properties, region: Type.String() })

export interface SeriesQuery extends History {
  readonly kpi: Kpi
  readonly regions: readonly string[]
  readonly range: TimeRange
  readonly step: Step
  /** Epoch ms: the values as they were known then; what is known now where nothing is said. Of windows only. */
  readonly knownAt?: number | undefined
}

/**
 * The stored points of every region, oldest first; a window belongs to the range it starts in.
 * @throws CodedError `history_unavailable`, `history_timeout` or `too_many_points`.
 */
export async function readSeries(query: SeriesQuery): Promise<ReadonlyMap<string, readonly Point[]>> {
  const rows = await askHistory(query, seriesQuery(query), Row)
  if (rows.length > maxPoints) {
    throw new CodedError('too_many_points', `more than ${maxPoints} points`, {
      hint: 'ask for fewer regions, a shorter range or a longer step',
    })
  }
  const series = new Map<string, Point[]>(query.regions.map(region => [region, []]))
  for (const { region, ...point } of rows) series.get(region)?.push(point)
  return series
}

/** Of every window the last revision that was computed by then. */
const asKnownAt = `
    AND s.computed_at <= fromUnixTimestamp64Milli({known_at: Int64})
ORDER BY s.region, s.window_start, s.version DESC, s.revision DESC
LIMIT 1 BY s.region, s.window_start`

function seriesQuery({ database, kpi, regions, range, step, knownAt }: SeriesQuery): SqlQuery {
  const isPast = knownAt !== undefined && step === 'window'
  return {
    text: `
SELECT s.region AS region, toUnixTimestamp64Milli(s.window_start) AS window_start,
    toUnixTimestamp64Milli(s.window_end) AS window_end, s.value AS value, s.status AS status,
    s.revision AS revision, s.coverage AS coverage, s.readings AS readings
FROM ${kpiSource(isPast ? 'kpi_revisions' : steps[step].view, [kpi])} AS s
WHERE s.kpi = {kpi: String} AND s.region IN {regions: Array(String)}
    AND s.window_start >= fromUnixTimestamp64Milli({from: Int64})
    AND s.window_start < fromUnixTimestamp64Milli({to: Int64})${isPast ? asKnownAt : '\nORDER BY s.region, s.window_start'}
LIMIT ${maxPoints + 1}`,
    params: { database, kpi: kpi.id, regions, from: range.from, to: range.to, known_at: knownAt ?? 0 },
  }
}

import { evaluate } from '../../schemas/kpis/evaluate.ts'
import type { SeriesId } from '../../schemas/kpis/kpi.ts'
import { kpisOf } from '../../schemas/kpis/kpis.ts'
import type { Measure } from '../../schemas/measures/measure.ts'
import type { Status } from '../../schemas/protocol/stream.ts'
import { regionOf } from '../../schemas/regions/regions.ts'
import type { OffsetRange, Reason, RegionalMessage } from './regional-message.ts'
import type { Totals } from './totals.ts'

/** What all regions of one window and series share. */
export interface WindowFacts {
  readonly series: SeriesId
  readonly measures: readonly Measure[]
  readonly start: number
  readonly end: number
  readonly status: Status
  readonly revision: number
  readonly version: number
  /** The window was seen up to here, epoch ms; its end once it is final. Turns counts into rates. */
  readonly observedUntil: number
  readonly computedAt: number
  readonly lineage: readonly OffsetRange[]
  /** Of a window that is computed again. */
  readonly reason?: Reason
  /** Readings that the revision before did not have. */
  readonly lateReadings?: number
}

/** Evaluates a region's KPIs over its totals. @throws Error for a region that does not exist. */
export function buildRegional(facts: WindowFacts, region: string, totals: Totals): RegionalMessage {
  const level = regionOf(region)?.level
  if (!level) throw new Error(`no such region: ${region}`)
  const { series, start, end } = facts
  const observedMs = Math.min(Math.max(facts.observedUntil - start, 0), end - start)
  const numbers = new Map<string, number>([
    ...facts.measures.map(({ id }, i) => [id, totals.measures[i] as number] as const),
    ['assets', totals.assets],
    ['expected', totals.expected],
    ['readings', totals.readings],
    ['observed_h', observedMs / 3_600_000],
  ])
  const look = (name: string): number => {
    const number = numbers.get(name)
    if (number === undefined) throw new Error(`${series} has no measure ${name}`)
    return number
  }
  return {
    region,
    level,
    record: series,
    window_start: start,
    window_end: end,
    status: facts.status,
    revision: facts.revision,
    version: facts.version,
    coverage: totals.expected > 0 ? Math.min(1, totals.assets / totals.expected) : null,
    assets: totals.assets,
    expected: totals.expected,
    readings: totals.readings,
    duplicates: totals.duplicates,
    event_time_max: totals.eventTimeMax > 0 ? totals.eventTimeMax : null,
    computed_at: facts.computedAt,
    reason: facts.reason ?? null,
    late_readings: facts.lateReadings ?? 0,
    measures: totals.measures,
    kpis: kpisOf(series).map(kpi => ({ kpi: kpi.id, ...evaluate(kpi, look) })),
    lineage: facts.lineage,
  }
}

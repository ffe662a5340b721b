import type { Cell } from '../../../schemas/protocol/stream.ts'
import type { Known } from '../state/route.ts'
import { type Credential, headersOf } from './credential.ts'
import { type DataHealth, parseHealth } from './parse-health.ts'
import { type Lineage, parseLineage, parseRevisions, type Revision } from './parse-lineage.ts'
import {
  type AlertsAt,
  type Corrections,
  type FiredAlert,
  parseAlertsAt,
  parseCellsAt,
  parseCorrections,
  parseFiredAlerts,
} from './parse-past.ts'
import { parseSeries, type SeriesPoint } from './parse-series.ts'
import { parseSilentAssets, type SilentAssets } from './parse-silent-assets.ts'

/** Why a request gave nothing. `absent`: this server has no such route. */
export interface Refused {
  readonly refused: 'absent' | 'failed' | 'unreadable'
  readonly why: string
}

export type SeriesStep = 'window' | '1h' | '1d'
export type SeriesByRegion = ReadonlyMap<string, readonly SeriesPoint[]>

export interface RestClient {
  /** The final values of a KPI between two times, epoch ms, by region: of windows, or of hours or days. */
  series(
    kpi: string,
    regions: readonly string[],
    from: number,
    to: number,
    step?: SeriesStep,
  ): Promise<SeriesByRegion | Refused>
  /** The assets of a region that should have reported and did not. */
  silentAssets(region: string): Promise<SilentAssets | Refused>
  dataHealth(): Promise<DataHealth | Refused>
}

/** One KPI of one region, and a time within the window, epoch ms. */
export interface CellAsked {
  readonly kpi: string
  readonly region: string
  readonly windowStart: number
}

export interface PastAsked {
  readonly time: number
  readonly known: Known
  readonly regions: readonly string[]
  readonly kpis: readonly string[]
}

/** Where values come from, and what they were before. */
export interface ProvenanceClient {
  /** @param readings how many of the readings behind it to give */
  lineage(cell: CellAsked, readings: number): Promise<Lineage | Refused>
  /** Oldest first. */
  revisions(cell: CellAsked): Promise<readonly Revision[] | Refused>
  /** The current values of a past time. */
  cellsAt(asked: PastAsked): Promise<readonly Cell[] | Refused>
  /** The series as it was known at a time, epoch ms; as it is known now for null. */
  seriesKnownAt(
    kpi: string,
    regions: readonly string[],
    from: number,
    to: number,
    knownAt: number | null,
  ): Promise<SeriesByRegion | Refused>
  corrections(region: string, from: number, to: number): Promise<Corrections | Refused>
  /** The alerts that were open at a past time, epoch ms, in the region and everything below it. */
  alertsAt(region: string, time: number, known: Known): Promise<AlertsAt | Refused>
  /** Alerts of the region and everything below it that go on, or changed since. */
  alertsSince(region: string, since: number): Promise<readonly FiredAlert[] | Refused>
}

export function isRefused<T extends object>(answer: T | Refused): answer is Refused {
  return 'refused' in answer
}

const patienceMs = 10_000

/** The REST routes that the wall uses; every answer is parsed, none throws. */
export function createRestClient(base: string, credential?: Credential): RestClient & ProvenanceClient {
  const get = async <T>(path: string, parse: (json: unknown) => T | undefined): Promise<T | Refused> => {
    try {
      const response = await fetch(`${base}${path}`, {
        headers: headersOf(credential),
        signal: AbortSignal.timeout(patienceMs),
      })
      if (response.status === 404) return { refused: 'absent', why: path }
      if (!response.ok) return { refused: 'failed', why: `${path}: ${response.status}` }
      const parsed = parse(await response.json())
      return parsed === undefined ? { refused: 'unreadable', why: path } : parsed
    } catch (error) {
      return { refused: 'failed', why: `${path}: ${String(error)}` }
    }
  }
  const series = (
    kpi: string,
    regions: readonly string[],
    from: number,
    to: number,
    step: SeriesStep = 'window',
    known: object = {},
  ) =>
    get(
      `${pathOf(kpi)}/series?${queryOf({ from: instant(from), to: instant(to), step, ...known, region: regions })}`,
      parseSeries,
    )
  return {
    series,
    seriesKnownAt: (kpi, regions, from, to, knownAt) =>
      series(kpi, regions, from, to, 'window', knownAt === null ? {} : { known_at: instant(knownAt) }),
    silentAssets: region => get(`/v1/assets/silent?${queryOf({ region })}`, parseSilentAssets),
    dataHealth: () => get('/v1/health/data', parseHealth),
    lineage: ({ kpi, region, windowStart }, readings) =>
      get(
        `${pathOf(kpi)}/lineage?${queryOf({ region, window_start: String(windowStart), readings: String(readings) })}`,
        parseLineage,
      ),
    revisions: ({ kpi, region, windowStart }) =>
      get(
        `${pathOf(kpi)}/revisions?${queryOf({ region, window_start: String(windowStart) })}`,
        parseRevisions,
      ),
    cellsAt: ({ time, known, regions, kpis }) =>
      get(`/v1/kpis/at?${queryOf({ time: instant(time), known, region: regions, kpi: kpis })}`, parseCellsAt),
    alertsAt: (region, time, known) =>
      get(`/v1/alerts/at?${queryOf({ region, time: instant(time), known, limit: '2000' })}`, parseAlertsAt),
    alertsSince: (region, since) =>
      get(`/v1/alerts?${queryOf({ region, since: instant(since), limit: '2000' })}`, parseFiredAlerts),
    corrections: (region, from, to) =>
      get(
        `/v1/kpis/corrections?${queryOf({ region, from: instant(from), to: instant(to) })}`,
        parseCorrections,
      ),
  }
}

function pathOf(kpi: string): string {
  return `/v1/kpis/${encodeURIComponent(kpi)}`
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** Lists are repeated parameters. */
function queryOf(parameters: Readonly<Record<string, string | readonly string[]>>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(parameters).flatMap(([name, said]) =>
      (typeof said === 'string' ? [said] : said).map((value): [string, string] => [name, value]),
    ),
  )
}

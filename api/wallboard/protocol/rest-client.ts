import { type Credential, headersOf } from './credential.ts'
import { parseHealth, type RecordHealth } from './parse-health.ts'
import { parseSeries, type SeriesPoint } from './parse-series.ts'

/** Why a request gave nothing. `absent`: this server has no such route. */
export interface Refused {
  readonly refused: 'absent' | 'failed' | 'unreadable'
  readonly why: string
}

export type SeriesByRegion = ReadonlyMap<string, readonly SeriesPoint[]>

export interface RestClient {
  /** The final windows of a KPI between two times, epoch ms, by region. */
  series(kpi: string, regions: readonly string[], from: number, to: number): Promise<SeriesByRegion | Refused>
  dataHealth(): Promise<readonly RecordHealth[] | Refused>
}

export function isRefused<T extends object>(answer: T | Refused): answer is Refused {
  return 'refused' in answer
}

const patienceMs = 10_000

/** The REST routes that the wall uses; every answer is parsed, none throws. */
export function createRestClient(base: string, credential?: Credential): RestClient {
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
  return {
    series(kpi, regions, from, to) {
      const query = new URLSearchParams({
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        step: 'window',
      })
      for (const code of regions) query.append('region', code)
      return get(`/v1/kpis/${encodeURIComponent(kpi)}/series?${query}`, parseSeries)
    },
    dataHealth: () => get('/v1/health/data', parseHealth),
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CensusId } from '../kpis/kpi.ts'
import type { RecordId } from '../records/record.ts'
import { type Below, censusSources } from './census/census-sources.ts'

const folder = join(import.meta.dirname, 'census')
const minute = 60_000
const hour = 3_600

/** How long a defect may stay open, s (assumed: DL/T 741 gives 24 h for 危急; the others are usual practice). */
const defectDeadlines = { critical_s: 24 * hour, serious_s: 30 * 24 * hour, general_s: 90 * 24 * hour }

/** Hours by which the province's clocks are ahead of UTC, all year. */
const utcOffsetHours = 8

/** Midnight of 1 January in the province, of the year that holds the moment just before `at`; epoch ms. */
export function yearStart(at: number): number {
  const local = new Date(at - 1 + utcOffsetHours * hour * 1000)
  return Date.UTC(local.getUTCFullYear(), 0, 1) - utcOffsetHours * hour * 1000
}

/** The SQL of a census; its parameters are `database` and those of `censusParameters`. */
export function censusSql(census: CensusId): string {
  return readFileSync(join(folder, `${census.replace(/_census$/, '')}.sql`), 'utf8')
}

export interface CensusScope {
  /** Ends of so many windows, the last of them at `at`; all in one year of the province. */
  readonly windows?: number
  /** Length of a window, ms. */
  readonly windowMs?: number
  /** Only what stands in the log below these offsets counts; everything stored where a record is absent. */
  readonly below?: Below
}

/** What a census is asked for as of just before `at` (epoch ms), and as of the ends of the windows before it. */
export function censusParameters(
  at: number,
  { windows = 1, windowMs = minute, below = new Map() }: CensusScope = {},
): Readonly<Record<string, number | Date | readonly number[]>> {
  const records = Object.values(censusSources).flat()
  return {
    first_end: new Date(at - (windows - 1) * windowMs),
    last_end: new Date(at),
    windows,
    window_ms: windowMs,
    year_start: new Date(yearStart(at)),
    ...defectDeadlines,
    ...Object.fromEntries(records.map(record => [`${record}_below`, offsetsOf(record, below)])),
  }
}

/** By partition, from 0 on; empty for no limit. */
function offsetsOf(record: RecordId, below: Below): readonly number[] {
  const offsets = below.get(record)
  if (!offsets) return []
  const partitions = Math.max(0, ...[...offsets.keys()].map(partition => partition + 1))
  return Array.from({ length: Math.max(1, partitions) }, (_, partition) => offsets.get(partition) ?? 0)
}

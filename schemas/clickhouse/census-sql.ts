import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CensusId } from '../kpis/kpi.ts'

const folder = join(import.meta.dirname, 'census')
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

/** What a census is asked for as of just before `at` (epoch ms). */
export function censusParameters(at: number): Readonly<Record<string, number | Date>> {
  return { at: new Date(at), year_start: new Date(yearStart(at)), ...defectDeadlines }
}

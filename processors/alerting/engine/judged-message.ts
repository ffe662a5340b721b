import type { Status } from '../../../schemas/protocol/stream.ts'
import type { Level } from '../../../schemas/regions/regions.ts'
import type { JudgedWindow } from '../judge/judged-window.ts'

/** The fields of a `kpi.regional` message that are judged; the others are skipped when decoding. */
export const judgedFields = [
  'region',
  'level',
  'record',
  'window_start',
  'window_end',
  'status',
  'revision',
  'version',
  'coverage',
  'computed_at',
  'kpis',
] as const

/** A `kpi.regional` message as far as it is judged; times are epoch ms. */
export interface JudgedMessage {
  readonly region: string
  readonly level: Level
  readonly record: string
  readonly window_start: number
  readonly window_end: number
  readonly status: Status
  readonly revision: number
  readonly version: number
  readonly coverage: number | null
  readonly computed_at: number
  readonly kpis: readonly { readonly kpi: string; readonly value: number | null }[]
}

/** What it says of a KPI; undefined where it does not speak of it. */
export function windowOf(message: JudgedMessage, kpi: string): JudgedWindow | undefined {
  const found = message.kpis.find(value => value.kpi === kpi)
  if (!found) return undefined
  return {
    start: message.window_start,
    end: message.window_end,
    value: found.value,
    coverage: message.coverage,
    status: message.status,
    revision: message.revision,
    version: message.version,
  }
}

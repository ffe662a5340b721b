import { supersedes } from '../../schemas/protocol/current-value.ts'
import { isRecordId, type RecordId, recordIds } from '../../schemas/records/record.ts'
import type { RegionalMessage } from './regional-message.ts'

/** Province windows kept per record: enough to have a final one among them. */
const windowsKept = 128

/** What `kpi.regional` says about the flow of one record type, for the whole province. */
export interface RecordHealth {
  readonly record: RecordId
  /** The newest window seen, epoch ms; null before the first one. */
  readonly newest_window: { readonly window_start: number; readonly window_end: number } | null
  /** Of the newest final window: the provisional one is still filling. Null before the first one. */
  readonly readings_per_s: number | null
  /** How far the newest reading lies behind the clock; null before the first one. */
  readonly watermark_delay_ms: number | null
  /** From the end of the newest final window to its result; null before the first one. */
  readonly close_delay_ms: number | null
}

type Held = Pick<
  RegionalMessage,
  | 'window_start'
  | 'window_end'
  | 'status'
  | 'revision'
  | 'version'
  | 'readings'
  | 'event_time_max'
  | 'computed_at'
>

/** Follows the province's windows of every record type. Same result whatever the order and repetition. */
export class RecordHealthTable {
  private readonly province: string
  private readonly windows = new Map<RecordId, Map<number, Held>>(recordIds.map(id => [id, new Map()]))

  constructor(province: string) {
    this.province = province
  }

  put(message: RegionalMessage): void {
    if (message.region !== this.province || !isRecordId(message.record)) return
    const windows = this.windows.get(message.record)
    if (!windows) return
    const held = windows.get(message.window_start)
    if (held && !supersedes(message, held)) return
    const { kpis: _values, region: _region, record: _record, ...kept } = message
    windows.set(message.window_start, kept)
    if (windows.size > windowsKept) windows.delete(Math.min(...windows.keys()))
  }

  /** @param now epoch ms of the data's clock */
  healthOf(record: RecordId, now: number): RecordHealth {
    const windows = [...(this.windows.get(record)?.values() ?? [])].sort(
      (left, right) => left.window_start - right.window_start,
    )
    const newest = windows.at(-1)
    const final = windows.findLast(window => window.status !== 'provisional')
    const eventTimes = windows.flatMap(({ event_time_max: time }) => (time === null ? [] : [time]))
    return {
      record,
      newest_window: newest ? { window_start: newest.window_start, window_end: newest.window_end } : null,
      readings_per_s: final ? (final.readings * 1000) / (final.window_end - final.window_start) : null,
      watermark_delay_ms: eventTimes.length > 0 ? now - Math.max(...eventTimes) : null,
      close_delay_ms: final && final.revision === 1 ? final.computed_at - final.window_end : null,
    }
  }
}

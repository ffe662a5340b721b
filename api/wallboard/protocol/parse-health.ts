import { isNumber, isObject } from '../../client/json-types.ts'

/** How one record type's data flows. Counts are over `over_ms`; null where the server does not know. */
export interface RecordHealth {
  readonly record: string
  readonly readings_per_s: number | null
  readonly duplicates: number | null
  readonly late: number | null
  readonly rejected: number | null
  /** Assets with readings that are kept and not measured. */
  readonly suspect_assets: number | null
  /** Event time that the counts cover, ms. */
  readonly over_ms: number | null
  /** Event time, ms. */
  readonly watermark_delay_ms: number | null
}

/** Offsets of a topic that nobody could read: what is final may lack them. */
export interface Unread {
  readonly topic: string
  readonly partition: number
  readonly first_offset: number
  readonly last_offset: number
  readonly messages: number
  readonly reason: string
}

/** How the data is doing. */
export interface DataHealth {
  readonly records: readonly RecordHealth[]
  /** Room where the stores write to: little, or none; null where there is enough, or where the server does not know. */
  readonly disk: 'low' | 'full' | null
  /** The newest first. */
  readonly unread: readonly Unread[]
}

/** The answer of `GET /v1/health/data`; undefined when it is not such an answer. */
export function parseHealth(json: unknown): DataHealth | undefined {
  if (!isObject(json) || !Array.isArray(json.records)) return undefined
  const rows: RecordHealth[] = []
  for (const item of json.records) {
    if (!isObject(item) || typeof item.record !== 'string') return undefined
    const number = (name: string): number | null => {
      const value = item[name]
      return isNumber(value) ? value : null
    }
    rows.push({
      record: item.record,
      readings_per_s: number('readings_per_s'),
      duplicates: number('duplicates'),
      late: number('late'),
      rejected: number('rejected'),
      suspect_assets: number('suspect_assets'),
      over_ms: number('over_ms'),
      watermark_delay_ms: number('watermark_delay_ms'),
    })
  }
  // An older server does not say.
  const unread = Array.isArray(json.unread) ? json.unread.filter(isUnread) : []
  const { disk } = json
  return { records: rows, disk: disk === 'low' || disk === 'full' ? disk : null, unread }
}

function isUnread(item: unknown): item is Unread {
  return (
    isObject(item) &&
    typeof item.topic === 'string' &&
    isNumber(item.partition) &&
    isNumber(item.first_offset) &&
    isNumber(item.last_offset) &&
    isNumber(item.messages) &&
    typeof item.reason === 'string'
  )
}

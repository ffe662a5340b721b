import { isRecordId, type RecordId, recordIds } from '../../../../schemas/records/record.ts'
import { isObject } from '../../../pipeline/normalise.ts'
import { timestampMs } from '../../../pipeline/timestamp.ts'
import type { Format } from '../format.ts'
import { linesOf } from '../lines.ts'
import { type Plan, planReading } from '../plan.ts'
import type { SkipReason } from '../skip-tally.ts'

/**
 * Our own readings, a JSON object a line, as the HTTP door takes them. The record type is in the line (`record`) or
 * begins the name of the file (`rack-2026-07.ndjson`). A line with `kind` and `county` is an asset.
 */
export const ownRecords: Format = {
  dataset: file => file.name.replace(/\.(ndjson|jsonl|json)$/, ''),
  matches: file => file.head.trimStart().startsWith('{'),
  async read(file, plan, { onProgress }) {
    const record = recordIds.find(id => file.name === id || new RegExp(`^${id}[^a-z_]`).test(file.name))
    for await (const [number, line] of linesOf(file, onProgress)) {
      if (line.trim() === '') continue
      const reason = planLine(line, plan, record)
      if (reason) plan.skipped.add(reason, `${file.name}:${number}`)
    }
  },
}

/** Adds what the line holds to the plan; otherwise why not. */
function planLine(line: string, plan: Plan, ofFile: RecordId | undefined): SkipReason | undefined {
  let item: unknown
  try {
    // Files that were put together have a byte order mark in the middle.
    item = JSON.parse(line.replace(/^\uFEFF/, ''))
  } catch {
    return 'malformed_json'
  }
  if (!isObject(item) || typeof item.asset_id !== 'string') return 'not_a_reading'
  if (item.kind !== undefined && item.county !== undefined && item.event_time === undefined) {
    plan.assets.set(item.asset_id, { ...item, asset_id: item.asset_id })
    return undefined
  }
  const { asset_id: assetId, event_time, record: own, ...values } = item
  const record = typeof own === 'string' && isRecordId(own) ? own : ofFile
  if (!record) return 'not_a_reading'
  const eventTimeMs = timestampMs(event_time)
  if (Number.isNaN(eventTimeMs)) return 'event_time_invalid'
  planReading(plan, { record, assetId, eventTimeMs, values })
  return undefined
}

import type { RecordId } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { timestampMs } from '../../pipeline/timestamp.ts'
import type { Plan, PlannedReading } from './plan.ts'

export interface Selection {
  readonly fromMs: number
  readonly untilMs: number
  readonly limit: number
  readonly shiftToMs: number | null
}

/** Readings of one data set in the order in which they are posted. */
export interface Schedule {
  readonly plan: Plan
  readonly readings: readonly PlannedReading[]
  /** What is added to every time of this data set, ms. */
  readonly shiftMs: number
}

/** Selects by the files' own times, sorts by them, and finds the one constant that moves the last to `shiftToMs`. */
export function schedule(plan: Plan, { fromMs, untilMs, limit, shiftToMs }: Selection): Schedule {
  const chosen = plan.readings
    .filter(({ eventTimeMs }) => eventTimeMs >= fromMs && eventTimeMs < untilMs)
    .sort((a, b) => a.eventTimeMs - b.eventTimeMs)
    .slice(0, limit)
  const left = plan.readings.length - chosen.length
  if (left > 0) plan.skipped.add('out_of_range', plan.dataset, left)
  const last = chosen.at(-1)?.eventTimeMs
  const shiftMs = shiftToMs === null || last === undefined ? 0 : shiftToMs - last
  return { plan, readings: chosen, shiftMs }
}

/** A reading as the door takes it, its times shifted; epoch ms. */
export function shifted({ plan, shiftMs }: Schedule, reading: PlannedReading): object {
  const { record, assetId, eventTimeMs, values } = reading
  return {
    asset_id: assetId,
    event_time: eventTimeMs + shiftMs,
    source: `replay:${plan.dataset}`,
    ...(shiftMs === 0 ? values : shiftedValues(record, values, shiftMs)),
  }
}

function shiftedValues(
  record: RecordId,
  values: Readonly<Record<string, unknown>>,
  shiftMs: number,
): Record<string, unknown> {
  const result = { ...values }
  for (const { name, type } of records[record].fields) {
    const ms = type === 'timestamp' ? timestampMs(result[name]) : Number.NaN
    if (!Number.isNaN(ms)) result[name] = ms + shiftMs
  }
  return result
}

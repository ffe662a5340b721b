import { CodedError } from '../../../platform/errors.ts'
import type { AssetKind, RecordId } from '../../../schemas/records/record.ts'
import { SkipTally } from './skip-tally.ts'

/** An asset of a foreign data set, before it has an id and a county of ours. */
export interface ForeignAsset {
  /** Its id in the data set. */
  readonly sourceId: string
  readonly record: RecordId
  readonly kind: AssetKind
  /** Assets of one place come into one county; its own id where absent. */
  readonly place?: string
  readonly name?: string
  readonly period_s?: number
  readonly capacity?: number
  readonly length_km?: number
  readonly voltage_kv?: number
}

export interface PlannedReading {
  readonly record: RecordId
  readonly assetId: string
  readonly eventTimeMs: number
  /** The record's own fields; a `source` of its own is kept. */
  readonly values: Readonly<Record<string, unknown>>
}

/** An asset as `POST /v1/assets` takes it. */
export type PlannedAsset = Readonly<Record<string, unknown>> & { readonly asset_id: string }

/** What one data set's files give: assets, readings, and what was left out and why. */
export interface Plan {
  readonly dataset: string
  readonly assets: Map<string, PlannedAsset>
  readonly readings: PlannedReading[]
  readonly skipped: SkipTally
  /** What people must know of the numbers; printed with the summary. */
  readonly notes: Set<string>
}

export function emptyPlan(dataset: string): Plan {
  return { dataset, assets: new Map(), readings: [], skipped: new SkipTally(), notes: new Set() }
}

/** Readings are held in memory until all files are read, because they are posted in the order of their times. */
const maxReadings = 4_000_000

/** @throws CodedError `too_many_readings` */
export function planReading(plan: Plan, reading: PlannedReading): void {
  if (plan.readings.length >= maxReadings) {
    throw new CodedError(
      'too_many_readings',
      `${plan.dataset}: more than ${maxReadings} readings in one replay`,
      {
        hint: 'replay its files one after the other',
      },
    )
  }
  plan.readings.push(reading)
}

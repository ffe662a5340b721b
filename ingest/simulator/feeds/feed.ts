import type { Feed, RecordId } from '../../../schemas/records/record.ts'
import type { Population } from '../province.ts'

/** A reading as a device sends it: JSON, times in epoch ms. */
export interface Item {
  readonly asset_id: string
  readonly event_time: number
  readonly [field: string]: string | number | boolean | null
}

/** Devices that report once in every period. What they read is a pure function of (seed, device, time). */
export interface PeriodicFeed {
  readonly record: RecordId
  readonly feed: Feed
  readonly population: Population
  readonly periodMs: number
  /** When within the period the device reports, ms; spreads the devices over the period. */
  phaseMs(device: number): number
  /** Whether event_time is the boundary of the period (counters of network elements) or the device's own moment. */
  readonly stamp: 'boundary' | 'moment'
  /** The reading of `device` at `eventTime`, or null when it has nothing to say then. */
  read(device: number, eventTime: number): Item | null
}

/** Something that happens when it happens: an alarm, a defect. */
export interface FeedEvent {
  readonly record: RecordId
  readonly feed: Feed
  /** Index of the county. */
  readonly county: number
  readonly item: Item
}

/** Why a part of a file does not become a reading. */
export const skipReasons = {
  malformed_row: 'the row does not have the columns of its header, or a value is not what its column holds',
  malformed_xml: 'the file is not well-formed from there on',
  no_capacity: 'the car park has no capacity in the meta-data, so occupied spaces are unknown',
  no_bandwidth: 'the cell is not in BSinfo.csv, so its resource blocks are unknown',
  negative_heat: 'a negative heat flow: the meter, not the cooling',
  part_of_counter: 'a part of a counter (per slice, QoS class or cause): the whole is used',
  unknown_counter: 'no field of radio_pm takes this counter',
  not_a_cell: 'the object is not a cell, and its element has several, so the counter belongs to none of them',
  bad_counter: 'the value of the counter is not a number',
  no_period: 'the measurement has no end time or granularity',
  malformed_json: 'the line is not JSON',
  not_a_reading: 'the line is neither a reading nor an asset of ours',
  event_time_invalid: 'the time cannot be read',
  out_of_range: 'outside --from, --until or --limit',
} as const

export type SkipReason = keyof typeof skipReasons

export interface Skipped {
  readonly reason: SkipReason
  readonly count: number
  /** Different places: lines, lots, counters. */
  readonly places: readonly string[]
}

/** Places remembered for each reason; beyond this they are only counted. */
const maxPlaces = 10_000

/** Counts what is skipped, by reason, with the places where it was. */
export class SkipTally {
  private readonly byReason = new Map<SkipReason, { count: number; places: Set<string> }>()

  add(reason: SkipReason, where: string, count = 1): void {
    let entry = this.byReason.get(reason)
    if (!entry) {
      entry = { count: 0, places: new Set() }
      this.byReason.set(reason, entry)
    }
    entry.count += count
    if (entry.places.size < maxPlaces) entry.places.add(where)
  }

  list(): readonly Skipped[] {
    return [...this.byReason].map(([reason, { count, places }]) => ({
      reason,
      count,
      places: [...places],
    }))
  }

  count(reason: SkipReason): number {
    return this.byReason.get(reason)?.count ?? 0
  }
}

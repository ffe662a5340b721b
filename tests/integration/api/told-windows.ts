import { regionalRows } from '../../../processors/archive/sinks/regional-rows.ts'
import { buildRegional } from '../../../processors/regional/build-regional.ts'
import type { RegionalMessage } from '../../../processors/regional/regional-message.ts'
import { emptyTotals, rollUp, type Totals } from '../../../processors/regional/totals.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import { sqlTime, type TestDatabase } from '../database.ts'

export const minute = 60_000

/** A message of telemetry.parking. */
export interface Sent {
  readonly lot: string
  readonly county: string
  readonly partition: number
  readonly offset: number
  /** Within the window, ms; negative for before. */
  readonly at: number
  readonly occupied: number
  readonly capacity: number
  readonly status?: 'open' | 'closed'
}

/** By input partition: seen up to here, exclusive. */
export type Seen = readonly number[]

/** Whether a value that has seen so much of the log has counted the reading. */
export function counted({ partition, offset, at }: Sent, seen: Seen): boolean {
  return at >= 0 && at < minute && offset < (seen[partition] ?? 0)
}

/** The first message of each identity: what readings_parking shows. */
export function firstOfEach(log: readonly Sent[]): readonly Sent[] {
  const firsts = new Map<string, Sent>()
  for (const sent of [...log].sort((left, right) => left.offset - right.offset)) {
    const key = `${sent.lot}|${sent.at}`
    if (!firsts.has(key)) firsts.set(key, sent)
  }
  return [...firsts.values()].sort(
    (left, right) => left.partition - right.partition || left.offset - right.offset,
  )
}

export async function storeReadings(db: TestDatabase, start: number, log: readonly Sent[]): Promise<void> {
  await db.insert(
    'readings_parking_store',
    log.map(({ lot, county, partition, offset, at, occupied, capacity, status = 'open' }) => ({
      asset_id: lot,
      county,
      event_time: sqlTime(start + at),
      received_at: sqlTime(start + at),
      status,
      capacity,
      occupied,
      exits: 1,
      kafka_partition: partition,
      kafka_offset: offset,
    })),
  )
}

/** What rollup says first and correct later of one window of car parks, as far as it has seen the log. */
export class ToldWindow {
  private readonly db: TestDatabase
  private readonly start: number
  private readonly expected: Readonly<Record<string, number>>
  private readonly log: readonly Sent[]
  private readonly last = new Map<string, RegionalMessage>()

  constructor(
    db: TestDatabase,
    start: number,
    log: readonly Sent[],
    expected: Readonly<Record<string, number>>,
  ) {
    this.db = db
    this.start = start
    this.log = log
    this.expected = expected
  }

  /** Stores the next revision of every region whose totals are others than before. */
  async tell(seen: Seen, reason?: 'late' | 'recompute'): Promise<void> {
    const { measures } = measureSets.parking
    const regions = rollUp(measures, this.countyTotals(seen))
    for (const [region, totals] of regions) {
      const before = this.last.get(region)
      if (before && before.readings === totals.readings) continue
      const message = buildRegional(
        {
          series: 'parking',
          measures,
          start: this.start,
          end: this.start + minute,
          status: before ? 'corrected' : 'final',
          revision: (before?.revision ?? 0) + 1,
          version: seen.reduce((sum, offset) => sum + offset, 0),
          observedUntil: this.start + minute,
          computedAt: this.start + 2 * minute + 1_000 * (before?.revision ?? 0),
          lineage: seen.map((through_offset, partition) => ({
            partition,
            from_offset: this.firstOffset(partition, seen),
            through_offset,
          })),
          ...(reason ? { reason, lateReadings: totals.readings - (before?.readings ?? 0) } : {}),
        },
        region,
        totals,
      )
      this.last.set(region, message)
      await storeMessage(this.db, message)
    }
  }

  private firstOffset(partition: number, seen: Seen): number {
    const offsets = this.log
      .filter(sent => sent.partition === partition && counted(sent, seen))
      .map(({ offset }) => offset)
    return offsets.length > 0 ? Math.min(...offsets) : -1
  }

  private countyTotals(seen: Seen): Map<string, Totals> {
    const messages = this.log.filter(sent => counted(sent, seen))
    const readings = firstOfEach(messages)
    return new Map(
      Object.entries(this.expected).map(([county, expected]) => {
        const of = readings.filter(sent => sent.county === county)
        const all = messages.filter(sent => sent.county === county)
        const { measures } = measureSets.parking
        const measured = measuresOf(of)
        const totals: Totals = {
          assets: new Set(of.map(({ lot }) => lot)).size,
          expected,
          readings: of.length,
          duplicates: all.length - of.length,
          eventTimeMax: of.length > 0 ? this.start + Math.max(...of.map(({ at }) => at)) : 0,
          measures: measures.map(({ id }) => measured[id] ?? 0),
        }
        return [county, of.length > 0 ? totals : { ...emptyTotals(measures), expected }]
      }),
    )
  }
}

export async function storeMessage(db: TestDatabase, message: RegionalMessage): Promise<void> {
  for (const [table, rows] of regionalRows(message, 0)) await db.insert(table, rows)
}

/** Each car park counts with its own mean; closed ones do not count. */
function measuresOf(readings: readonly Sent[]): Readonly<Record<string, number>> {
  const open = readings.filter(({ status }) => status !== 'closed')
  const lots = [...Map.groupBy(open, ({ lot }) => lot).values()]
  const sumOfMeans = (of: (sent: Sent) => number) =>
    lots.reduce((sum, sents) => sum + sents.reduce((each, sent) => each + of(sent), 0) / sents.length, 0)
  return {
    occupied: sumOfMeans(({ occupied }) => occupied),
    capacity: sumOfMeans(({ capacity }) => capacity),
    free: sumOfMeans(({ capacity, occupied }) => capacity - occupied),
    exits: open.length,
    exits_capacity: sumOfMeans(({ capacity }) => capacity),
    occupancy_readings: open.length,
  }
}

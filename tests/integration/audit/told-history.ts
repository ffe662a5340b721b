import { expect, vi } from 'vitest'
import type { Difference } from '../../../processors/audit/report/difference.ts'
import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { AuditedSystem } from './audited-system.ts'
import { reading, registerAll, regularReadings, windowMs } from './province-load.ts'

const windows = 6
export const patience = { timeout: 180_000, interval: 300 }

export type Row = Readonly<Record<string, unknown>>

/** A system on which windows of every record type are final, and one of each is corrected: what may be lost afterwards. */
export class ToldHistory {
  readonly system: AuditedSystem
  /** Starts of the first and of the last window, epoch ms. */
  readonly start: number
  readonly last: number

  private constructor(system: AuditedSystem) {
    this.system = system
    this.start = Math.floor(Date.now() / windowMs) * windowMs - 30 * windowMs
    this.last = this.start + (windows - 1) * windowMs
  }

  static async tell(): Promise<ToldHistory> {
    const history = new ToldHistory(await AuditedSystem.start())
    const { system, start, last } = history
    await registerAll(system)
    for (const record of recordIds) await system.sendReadings(record, regularReadings(record, start, windows))
    for (const record of recordIds) await history.untilRevised(record, last, 1)
    for (const record of recordIds) {
      await system.sendReadings(record, [
        reading(record, 1, start + windowMs + 3_333, 5),
        // A duplicate of a window that is final.
        regularReadings(record, start, windows).find(({ event_time }) => event_time >= start + 2 * windowMs)!,
      ])
    }
    for (const record of recordIds) await history.untilRevised(record, start + windowMs, 2)
    await history.settled()
    return history
  }

  /** Every KPI of the windows of the history but one. */
  async values(but?: number): Promise<readonly Row[]> {
    const rows = await this.system.rows<Row>(
      `SELECT kpi, region, window_start, value, readings, revision, version FROM citybrain.kpi
       WHERE record IN (${recordIds.map(id => `'${id}'`).join(', ')})
         AND window_start <= fromUnixTimestamp64Milli(${this.last})
       ORDER BY kpi, region, window_start`,
    )
    return rows.filter(row => startOf(row) !== but)
  }

  /** The last revision of the counties of the windows of the history. */
  async measures(record: RecordId): Promise<readonly Row[]> {
    return this.system.rows<Row>(
      `SELECT county, window_start, status, revision, version, assets, expected, readings, duplicates,
         lineage_partition, lineage_through_offset
       FROM citybrain.measures_${record} WHERE window_start <= fromUnixTimestamp64Milli(${this.last})
       ORDER BY window_start, county`,
    )
  }

  async windowOf(record: RecordId, county: string, windowStart: number): Promise<Row | undefined> {
    const [row] = await this.system.rows<Row>(
      `SELECT revision, readings, toFloat64(expected) AS expected FROM citybrain.measures_${record}
       WHERE county = '${county}' AND window_start = fromUnixTimestamp64Milli(${windowStart})`,
    )
    return row
  }

  /** Waits for this revision of a window at least; tables may be gone meanwhile. */
  async untilRevised(record: RecordId, windowStart: number, revision: number): Promise<void> {
    const query = `SELECT max(revision) AS revision FROM citybrain.measures_${record}
      WHERE window_start = fromUnixTimestamp64Milli(${windowStart})`
    await vi.waitUntil(async () => {
      const [row] = await this.system.rows<{ revision: number }>(query).catch(() => [])
      return (row?.revision ?? 0) >= revision
    }, patience)
  }

  /**
   * A reading comes late for an old window: it is one more there, in one more revision.
   * @param lose what happens before it is sent
   */
  async countsLate(
    record: RecordId,
    windowStart: number,
    lose: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const county = '370102'
    const had = await this.windowOf(record, county, windowStart)
    await lose()
    await this.system.sendReadings(record, [reading(record, 0, windowStart + 4_567, 8)])
    await vi.waitFor(async () => {
      expect(await this.windowOf(record, county, windowStart)).toEqual({
        ...had,
        revision: Number(had?.revision) + 1,
        readings: Number(had?.readings) + 1,
      })
    }, patience)
  }

  /** Resolves when nothing moves any more, and all is as it should be. @param isKnown of differences that have to be there */
  async settled(isKnown: (difference: Difference) => boolean = () => false): Promise<void> {
    await vi.waitFor(async () => {
      const { differences, moving, untold } = await this.system.audit(20_000)
      const unknown = differences.filter(difference => !isKnown(difference))
      expect({ differences: unknown, moving, untold }).toEqual({ differences: [], moving: [], untold: 0 })
    }, patience)
  }
}

/** Epoch ms. */
export function startOf({ window_start }: Row): number {
  return Date.parse(`${window_start}Z`)
}

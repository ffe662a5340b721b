import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { clickhousePassword } from '../../clickhouse-password.ts'
import { firstReadings, registeredAssets } from './accepted-reading.ts'
import { compareReadings } from './compare-readings.ts'
import { compareWindows } from './compare-windows.ts'
import type { Difference } from './difference.ts'
import { compareAssets, compareFirstReadings, storedAssets } from './stored-assets.ts'
import { storedCounts, storedWindows } from './stored-windows.ts'

export interface OracleOptions {
  /** NDJSON of what was accepted, as the load writes it; its assets are in the file of this name with `.assets`. */
  readonly acceptedFile: string
  readonly clickhouseUrl: string
  /** `citybrain` unless told otherwise. */
  readonly database?: string
  /** Window size by record type, ms. */
  readonly windows: Readonly<Record<RecordId, number>>
}

export interface OracleReport {
  /** Values and readings that were compared. */
  readonly compared: number
  /** Windows, each of one record type, in which something was accepted. */
  readonly windows: number
  readonly differences: readonly Difference[]
}

/**
 * Compares what readers see in ClickHouse with a computation from the list of what the doors said they accepted, by
 * formulas of its own: every KPI of every window and region at the four levels in its last revision, with its coverage,
 * the counts of the county measures, and the readings themselves. What is measured is decided by the mark in the stored reading,
 * and whether that is right by what the load expects. Knows nothing of partials, offsets or revisions.
 * The system must have come to rest: what is late or not archived yet is a difference.
 * @throws Error where a file or a table cannot be read
 */
export async function compareWithAccepted(options: OracleOptions): Promise<OracleReport> {
  const { acceptedFile, clickhouseUrl, database = 'citybrain', windows: sizes } = options
  const client = createClient({
    url: clickhouseUrl,
    password: clickhousePassword,
    request_timeout: 120_000,
    // What goes wrong is thrown.
    log: { level: ClickHouseLogLevel.OFF },
  })
  try {
    const known = compareAssets(await registeredAssets(acceptedFile), await storedAssets(client, database))
    const { assets } = known
    let compared = assets.length
    let windows = 0
    const differences: Difference[] = [...known.differences]
    // One record type after another: only one of them is in memory.
    for (const record of recordIds) {
      const sizeMs = sizes[record]
      const readings = await firstReadings(acceptedFile, record)
      const ofReadings = await compareReadings(client, database, record, sizeMs, readings, assets)
      const ofWindows = compareWindows(
        { record, sizeMs, readings: ofReadings.marked, assets },
        {
          windows: await storedWindows(client, database, record),
          counts: await storedCounts(client, database, record),
        },
      )
      compared += ofReadings.compared + ofWindows.compared
      windows += ofWindows.windows
      differences.push(
        ...ofReadings.differences,
        ...ofWindows.differences,
        ...compareFirstReadings(record, assets, readings),
      )
    }
    return { compared, windows, differences }
  } finally {
    await client.close()
  }
}

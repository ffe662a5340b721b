import type { RecordId } from '../../../schemas/records/record.ts'
import type { AcceptedReading, RegisteredAsset } from './accepted-reading.ts'
import { type Difference, nearlyEqual } from './difference.ts'
import { type ExpectedRegion, expectedWindow, periodicRecords } from './expected-window.ts'
import type { Shared, StoredRegion, StoredWindows } from './stored-windows.ts'

export interface Comparison {
  /** Values that were compared. */
  readonly compared: number
  readonly windows: number
  readonly differences: readonly Difference[]
}

export interface Accepted {
  readonly record: RecordId
  readonly sizeMs: number
  /** Distinct readings, the first of each identity. */
  readonly readings: readonly AcceptedReading[]
  readonly assets: readonly RegisteredAsset[]
}

export interface Stored {
  readonly windows: StoredWindows
  /** `start|county` -> readings of `measures_<record>`. */
  readonly counts: ReadonlyMap<string, number>
}

/**
 * Every window of one record type, both ways: each one in which something was accepted must be stored, in every region,
 * and what is stored must have been accepted. Pure.
 */
export function compareWindows({ record, sizeMs, readings, assets }: Accepted, stored: Stored): Comparison {
  const accepted = Map.groupBy(readings, ({ eventTime }) => Math.floor(eventTime / sizeMs) * sizeMs)
  const starts = new Set([...accepted.keys(), ...stored.windows.keys()])
  const differences: Difference[] = []
  let compared = 0

  for (const start of starts) {
    const own = accepted.get(start) ?? []
    const expected = expectedWindow(record, start, sizeMs, own, assets)
    const found = stored.windows.get(start)
    for (const [region, wanted] of expected) {
      if (Object.keys(wanted.kpis).length === 0) continue
      const row = found?.get(region)
      if (!row && !mustBeStored(record, own.length > 0, wanted)) continue
      for (const cell of cellsOf(record, wanted, row)) {
        compared++
        if (nearlyEqual(cell.stored, cell.expected)) continue
        differences.push({ ...cell, region, windowStart: start, readings: wanted.readings })
      }
    }
    for (const [region, row] of found ?? []) {
      const wanted = expected.get(region)
      for (const [kpi, value] of Object.entries(row.kpis)) {
        if (wanted && kpi in wanted.kpis) continue
        differences.push({ kpi, region, windowStart: start, stored: value, expected: 'missing' })
      }
    }
  }

  const counts = Map.groupBy(
    readings,
    ({ eventTime, county }) => `${Math.floor(eventTime / sizeMs) * sizeMs}|${county}`,
  )
  for (const key of new Set([...counts.keys(), ...stored.counts.keys()])) {
    const wanted = counts.get(key)?.length ?? 0
    const count = stored.counts.get(key)
    compared++
    if (count === wanted || (wanted === 0 && count === 0)) continue
    const [start, region] = key.split('|')
    differences.push({
      kpi: `measures_${record}.readings`,
      region: region ?? '',
      windowStart: Number(start),
      stored: count ?? 'missing',
      expected: wanted,
    })
  }
  return { compared, windows: accepted.size, differences }
}

/**
 * Regions with readings always; of a periodic record the silent ones too, for their coverage is 0. Events that did not
 * happen are not told of every region when the window is no news any more.
 */
function mustBeStored(record: RecordId, anyAccepted: boolean, { readings }: ExpectedRegion): boolean {
  return readings > 0 || (anyAccepted && periodicRecords.includes(record))
}

interface Cell {
  readonly kpi: string
  readonly stored: Shared
  readonly expected: number | null
}

function cellsOf(record: RecordId, wanted: ExpectedRegion, row: StoredRegion | undefined): Cell[] {
  const facts = ['readings', 'assets', 'expected', 'coverage'] as const
  return [
    ...facts.map(fact => ({
      kpi: `${record}.${fact}`,
      stored: row ? row[fact] : 'missing',
      expected: wanted[fact],
    })),
    ...Object.entries(wanted.kpis).map(([kpi, expected]) => {
      const value = row?.kpis[kpi]
      return { kpi, stored: value === undefined ? 'missing' : value, expected }
    }),
  ]
}

import { counties } from '../../schemas/regions/regions.ts'
import { mergeTotals, type Totals } from '../regional/totals.ts'
import { KeyTable } from '../windows/key-table.ts'
import type { MeasuredReading, MeasureProgram } from '../windows/measure-program.ts'
import { WindowState } from '../windows/window-state.ts'

/** A stored reading, the first of its identity, with its place in the log. */
export interface StoredReading {
  readonly assetId: string
  readonly county: string
  /** Epoch ms. */
  readonly eventTime: number
  readonly partition: number
  readonly offset: number
  /** The fields that the measures read, and the suspect field. */
  readonly fields: MeasuredReading
}

export interface RecomputeOptions {
  readonly program: MeasureProgram
  /** Field that marks a reading as unusable. */
  readonly suspectField?: string | undefined
  readonly windowStart: number
  readonly sizeMs: number
}

const countyNumbers = new Map(counties.map(({ code }, number) => [code, number]))

/**
 * The totals of every county in the readings of one window, with the same `add` as live ones. Readings are added in the
 * order of the log, partition by partition, so that equal readings give equal bits. An asset whose readings lie in several
 * partitions, because partitions were added, is one asset. Pure. `duplicates` and `expected` are 0.
 */
export function recomputeCounties(
  readings: readonly StoredReading[],
  { program, suspectField, windowStart, sizeMs }: RecomputeOptions,
): Map<string, Totals> {
  const totals = new Map<string, Totals>()
  for (const [, ofPartition] of [...byHomePartition(readings)].sort(([left], [right]) => left - right)) {
    const state = new WindowState(program, counties.length, sizeMs)
    const keys = new KeyTable()
    state.open(windowStart)
    for (const { assetId, county, eventTime, fields } of ofPartition) {
      const usable = suspectField === undefined || fields[suspectField] !== true
      const number = countyNumbers.get(county)
      if (number === undefined) continue
      state.add(keys.numberOf(Buffer.from(assetId)), number, eventTime, fields, usable)
    }
    for (const county of new Set(ofPartition.map(reading => reading.county))) {
      const found = totalsOf(state, countyNumbers.get(county), program)
      if (!found) continue
      const held = totals.get(county)
      totals.set(county, held ? mergeTotals(program.measures, held, found) : found)
    }
  }
  return totals
}

/** Readings in the order of the log, by the first partition in which their asset has any. */
function byHomePartition(readings: readonly StoredReading[]): Map<number, StoredReading[]> {
  const homes = new Map<string, number>()
  for (const { assetId, partition } of readings) {
    homes.set(assetId, Math.min(partition, homes.get(assetId) ?? partition))
  }
  const sorted = [...readings].sort(
    (left, right) => left.partition - right.partition || left.offset - right.offset,
  )
  const groups = new Map<number, StoredReading[]>()
  for (const reading of sorted) {
    const home = homes.get(reading.assetId) ?? reading.partition
    const group = groups.get(home)
    if (group) group.push(reading)
    else groups.set(home, [reading])
  }
  return groups
}

function totalsOf(
  state: WindowState,
  county: number | undefined,
  program: MeasureProgram,
): Totals | undefined {
  if (county === undefined) return undefined
  const width = program.measures.length
  return {
    assets: state.assets[county] ?? 0,
    expected: 0,
    readings: state.readings[county] ?? 0,
    duplicates: 0,
    eventTimeMax: state.eventTimeMax[county] ?? 0,
    measures: [...state.measures.subarray(county * width, (county + 1) * width)],
  }
}

import { PartitionRollup } from '../../../processors/rollup/partition-rollup.ts'
import { compileMeasures } from '../../../processors/windows/measure-program.ts'
import { type Partial, partialPartition } from '../../../processors/windows/partial.ts'
import { PartitionAggregator, type Reading } from '../../../processors/windows/partition-aggregator.ts'
import { defaultWindows, mostOpen } from '../../../processors/windows/window-spec.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { counties } from '../../../schemas/regions/regions.ts'

/** What one task holds. */
export interface StateSize {
  readonly state: string
  /** What a window's memory grows with, and how many of them there were. */
  readonly per: 'asset' | 'county and partition'
  readonly things: number
  /** How many were held while measuring. */
  readonly open_windows: number
  /** How many a task ever holds; null where that is how far its input partitions are apart. */
  readonly bound: number | null
  readonly bytes_per_window: number
  /** What is there besides the windows: asset keys, compiled measures. */
  readonly bytes_once: number
}

/** `node --expose-gc measure-state.ts aggregate|rollup`: prints sizes as JSON. */
const outOfOrdernessMs = 1_000
const assets = 100_000
const measured: Readonly<Record<string, () => readonly StateSize[]>> = {
  aggregate: () => [
    aggregator('rack', 1),
    aggregator('rack', 6),
    aggregator('radio_pm', 1),
    aggregator('parking', 1),
  ],
  rollup: () => [rollup('rack'), rollup('radio_pm')],
}
process.stdout.write(JSON.stringify(measured[process.argv[2] ?? '']?.() ?? []))

/** One input partition with every asset reporting `times` in each window. */
function aggregator(record: RecordId, times: number): StateSize {
  const spec = defaultWindows[record]
  const program = compileMeasures(measureSets[record])
  const before = bytesHeld()
  const core = new PartitionAggregator({
    record,
    partition: 0,
    partitions: 1,
    spec,
    outOfOrdernessMs,
    program,
    suspectField: records[record].suspectField,
    start: 0,
  })
  const blank = Object.fromEntries(
    records[record].fields.map(({ name, type }) => [name, type === 'double' ? 1 : null]),
  )
  let offset = 0
  const fill = (window: number) => {
    for (let time = 0; time < times; time++) {
      // All at the beginning, so that the last window closes none.
      const event_time = window * spec.sizeMs + time
      for (let asset = 0; asset < assets; asset++) {
        const county = counties[asset % counties.length]?.code ?? ''
        core.add(offset++, Buffer.from(`${record}-${asset}`), { ...blank, event_time, county } as Reading)
      }
    }
  }
  const open = mostOpen(spec, outOfOrdernessMs)
  fill(0)
  const one = bytesHeld()
  for (let window = 1; window < open; window++) fill(window)
  const all = bytesHeld()
  return {
    state: `aggregate, ${record}, ${times} a window`,
    per: 'asset',
    things: assets,
    open_windows: core.openWindows,
    bound: open,
    ...bytesOf(before, one, all, core.openWindows),
  }
}

/** One partition of kpi.partial, told all counties by four input partitions. */
function rollup(record: RecordId): StateSize {
  const { sizeMs } = defaultWindows[record]
  const width = measureSets[record].measures.length
  const partitions = 4
  const before = bytesHeld()
  const core = new PartitionRollup({
    partition: 0,
    partitions,
    start: 0,
    checkpoint: undefined,
    expected: () => new Map(),
  })
  const each = (value: number) => counties.map(() => value)
  let offset = 0
  const fill = (window: number) => {
    for (let partition = 0; partition < partitions; partition++) {
      const partial: Partial = {
        record,
        partition,
        partitions,
        through_offset: offset + 1,
        kind: 'open',
        window_start: window * sizeMs * partitions,
        window_ms: sizeMs,
        first_offset: offset,
        county: counties.map(({ code }) => code),
        assets: each(1),
        readings: each(1),
        duplicates: each(0),
        event_time_max: each(1),
        measures: counties.flatMap(() => Array.from({ length: width }, () => Math.random())),
      }
      if (partialPartition(partial.window_start, sizeMs, partitions) !== 0) throw new Error('not its place')
      core.accept(offset++, record, partial, 0)
    }
  }
  const open = 20
  fill(1)
  const one = bytesHeld()
  for (let window = 2; window <= open; window++) fill(window)
  const all = bytesHeld()
  return {
    state: `rollup, ${record}, ${partitions} input partitions`,
    per: 'county and partition',
    things: counties.length * partitions,
    open_windows: core.openWindows,
    bound: null,
    ...bytesOf(before, one, all, core.openWindows),
  }
}

/** @param before what was held without a window, with `one` of them, and with `all`, bytes */
function bytesOf(before: number, one: number, all: number, open: number) {
  const perWindow = Math.round((all - one) / (open - 1))
  return { bytes_per_window: perWindow, bytes_once: Math.max(0, one - before - perWindow) }
}

function bytesHeld(): number {
  if (!globalThis.gc) throw new Error('needs --expose-gc')
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

import { type Measure, unknownMeasure } from '../../schemas/measures/measure.ts'
import type { OffsetRange } from '../regional/regional-message.ts'
import { mergeTotals, type Totals } from '../regional/totals.ts'
import type { Partial } from '../windows/partial.ts'

interface Contribution {
  readonly through: number
  readonly totals: Totals
}

/**
 * One window as its input partitions tell it. Of what a partition says about a county the word with the greatest
 * through_offset holds, so replays, repetitions and zombies change nothing.
 */
export class WindowMerge {
  private readonly measures: readonly Measure[]
  private readonly byPartition = new Map<number, Map<string, Contribution>>()
  private readonly offsets = new Map<number, { first: number; through: number }>()
  private readonly dirty = new Set<string>()
  /** Offset in kpi.partial of the first message about this window. */
  readonly firstOffset: number
  readonly start: number
  readonly sizeMs: number

  constructor(measures: readonly Measure[], { window_start, window_ms }: Partial, firstOffset: number) {
    this.measures = measures
    this.start = window_start
    this.sizeMs = window_ms
    this.firstOffset = firstOffset
  }

  /** Sum of the through_offsets included. */
  get version(): number {
    return [...this.offsets.values()].reduce((sum, { through }) => sum + through, 0)
  }

  /** By input partition: seen up to. */
  get through(): ReadonlyMap<number, number> {
    return new Map([...this.offsets].map(([partition, { through }]) => [partition, through]))
  }

  get lineage(): OffsetRange[] {
    return [...this.offsets]
      .sort(([left], [right]) => left - right)
      .map(([partition, { first, through }]) => ({ partition, from_offset: first, through_offset: through }))
  }

  accept(partial: Partial): void {
    const { partition, through_offset: through, first_offset: first } = partial
    const offsets = this.offsets.get(partition)
    if (!offsets || through > offsets.through) this.offsets.set(partition, { first, through })
    const held = this.byPartition.get(partition) ?? new Map<string, Contribution>()
    this.byPartition.set(partition, held)
    partial.county.forEach((county, i) => {
      if ((held.get(county)?.through ?? -1) >= through) return
      held.set(county, { through, totals: this.totalsAt(partial, i) })
      this.dirty.add(county)
    })
  }

  /** The counties that changed since the last call. */
  takeDirty(): ReadonlySet<string> {
    const taken = new Set(this.dirty)
    this.dirty.clear()
    return taken
  }

  /** Totals by county over all partitions. */
  counties(): Map<string, Totals> {
    const merged = new Map<string, Totals>()
    for (const partition of [...this.byPartition.keys()].sort((left, right) => left - right)) {
      for (const [county, { totals }] of this.byPartition.get(partition) ?? []) {
        const held = merged.get(county)
        merged.set(county, held ? mergeTotals(this.measures, held, totals) : totals)
      }
    }
    return merged
  }

  /** Of a partial of an earlier version, the measures that it does not know are unknown. */
  private totalsAt(partial: Partial, i: number): Totals {
    const width = widthOf(partial)
    const told = partial.measures.slice(i * width, (i + 1) * width)
    return {
      assets: partial.assets[i] as number,
      expected: 0,
      readings: partial.readings[i] as number,
      duplicates: partial.duplicates[i] as number,
      eventTimeMax: partial.event_time_max[i] as number,
      measures: this.measures.map((_, n) => told[n] ?? unknownMeasure),
    }
  }
}

/** Measures of one county. */
export function widthOf({ measures, county }: Partial): number {
  return county.length === 0 ? 0 : measures.length / county.length
}

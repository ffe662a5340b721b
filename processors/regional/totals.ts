import { identityOf, type Measure, merge } from '../../schemas/measures/measure.ts'
import { withAncestors } from '../../schemas/regions/regions.ts'

/** What is known of one region and window: additive, so a region's is the merge of its parts'. */
export interface Totals {
  readonly assets: number
  readonly expected: number
  readonly readings: number
  readonly duplicates: number
  /** Epoch ms; 0 while there is no reading. */
  readonly eventTimeMax: number
  readonly measures: readonly number[]
}

export function emptyTotals(measures: readonly Measure[]): Totals {
  return {
    assets: 0,
    expected: 0,
    readings: 0,
    duplicates: 0,
    eventTimeMax: 0,
    measures: measures.map(({ op }) => identityOf(op)),
  }
}

/** Associative, and commutative but for rounding. */
export function mergeTotals(measures: readonly Measure[], left: Totals, right: Totals): Totals {
  return {
    assets: left.assets + right.assets,
    expected: left.expected + right.expected,
    readings: left.readings + right.readings,
    duplicates: left.duplicates + right.duplicates,
    eventTimeMax: Math.max(left.eventTimeMax, right.eventTimeMax),
    measures: measures.map(({ op }, i) => merge(op, left.measures[i] as number, right.measures[i] as number)),
  }
}

/** Every region that holds one of the counties, with its totals: county -> city -> circle -> province. */
export function rollUp(
  measures: readonly Measure[],
  counties: ReadonlyMap<string, Totals>,
): Map<string, Totals> {
  const regions = new Map<string, Totals>()
  // In the order of the codes, so that rounding does not depend on who reported first.
  for (const county of [...counties.keys()].sort()) {
    const totals = counties.get(county) as Totals
    for (const region of withAncestors(county)) {
      const held = regions.get(region)
      regions.set(region, held ? mergeTotals(measures, held, totals) : totals)
    }
  }
  return regions
}

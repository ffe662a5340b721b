import { type Feed, feeds, type RecordId } from '../records/record.ts'

/**
 * A census is a record type without readings of its own: its measures need long state and come from SQL
 * over the stored readings, once per window and county. See `census.ts`.
 */
export const censusIds = ['radio_census', 'datacenter_census', 'grid_census', 'parking_census'] as const
export type CensusId = (typeof censusIds)[number]
export type SeriesId = RecordId | CensusId

export function isCensusId(text: string): text is CensusId {
  return (censusIds as readonly string[]).includes(text)
}

/**
 * Numbers that every window has besides its measures:
 * `assets` that reported, assets `expected`, `readings` counted, and `observed_h`, the hours of the window seen so far
 * (all of it once final), which turns a count into a rate.
 */
export const builtIns = ['assets', 'expected', 'readings', 'observed_h'] as const
export type BuiltIn = (typeof builtIns)[number]

/** A measure, a built-in, or a constant. */
export type Term = string | number

export interface Ratio {
  readonly numerator: Term
  readonly denominator: Term
}

export type KpiId = `${Feed}.${string}`

export function feedOf(id: KpiId): Feed {
  const feed = feeds.find(name => id.startsWith(`${name}.`))
  if (!feed) throw new Error(`${id} is of no feed`)
  return feed
}

export interface Kpi {
  readonly id: KpiId
  readonly of: SeriesId
  readonly unit: string
  readonly zh: string
  readonly en: string
  /** value = scale × the product of the ratios, after merging; null when a denominator is 0. */
  readonly factors: readonly Ratio[]
  readonly scale: number
  /** The value is null unless this measure is above 0: nothing was measured, so nothing is said. */
  readonly present?: string
  /** Rounding of distributed sums must not show 100.0001 %. */
  readonly atMost?: number
  /** Which way is good. */
  readonly good: 'up' | 'down' | 'none'
  /** Decimals people act on. */
  readonly decimals: number
  /** Plan target or standard limit, in the KPI's unit. */
  readonly target?: { readonly value: number; readonly source: string }
  /** Below this share of expected assets the value is unsure. 0..1 */
  readonly minCoverage: number
  /** Where the definition comes from. */
  readonly source: string
  /** Assumed here rather than read in a standard; see docs/kpis.md. */
  readonly assumed?: true
}

/** The share of expected assets below which a value is not taken for the current one. */
export const defaultMinCoverage = 0.8

import type { RecordId } from '../records/record.ts'

/** A number of a reading: a field, or a sum of fields with coefficients. Null when any field is null. */
export type Quantity = string | Readonly<Record<string, number>>

/** What must hold of a reading for a measure to take it. */
export type Condition =
  | { readonly field: string; readonly is: string | boolean }
  | { readonly field: string; readonly isNot: string }
  | { readonly field: string; readonly between: readonly [number, number] }

/**
 * How readings become one number per window and county, and how such numbers merge:
 * - `sum` adds a quantity, `count` counts readings;
 * - `max` and `min` keep an extreme;
 * - `mean_sum` adds up, over assets, the mean of each asset's readings: the total of a level
 *   (power, free spaces) that does not depend on how often an asset reports;
 * - `share_sum` adds up, over assets, the share of each asset's readings that meet `where`, of those that give `of`: so in a
 *   ratio of counts an asset weighs 1, however often it reports. Without `where` it is the number of those assets.
 * All but `max` and `min` merge by addition, because a partition owns its assets.
 *
 * A reading counts in the county that it carries. An asset that moved within a window carries several; what takes each asset once
 * takes it in one of them, its home, the county of its first usable reading in the log (`countsAtHome`).
 */
export const operations = ['sum', 'count', 'max', 'min', 'mean_sum', 'share_sum'] as const
export type Operation = (typeof operations)[number]

export interface Measure {
  readonly id: string
  readonly op: Operation
  /** What is added or compared; for `count` it is only asked to be present. */
  readonly of?: Quantity
  /** Fields that must be present too, so that numerator and denominator speak of the same readings. */
  readonly given?: readonly string[]
  readonly where?: Condition
  /** Readings count at the home of their asset: a KPI relates the measure to one that takes each asset once. */
  readonly at?: 'home'
  readonly unit: string
}

/** The measures of one record type, in their order on the wire: append only. */
export interface MeasureSet {
  readonly record: RecordId
  readonly measures: readonly Measure[]
}

/** Whether a measure takes each asset once. */
export function takesAssetsOnce({ op }: Measure): boolean {
  return op === 'mean_sum' || op === 'share_sum'
}

/** Whether all readings of an asset count in its home, whatever county they carry. */
export function countsAtHome(measure: Measure): boolean {
  return measure.at === 'home' || takesAssetsOnce(measure)
}

/** The fields that a quantity is made of. */
export function quantityFields(quantity: Quantity | undefined): readonly string[] {
  if (quantity === undefined) return []
  return typeof quantity === 'string' ? [quantity] : Object.keys(quantity)
}

/** The fields of a reading that decide what it adds to a measure; some may come twice. */
export function fieldsRead({ of, given = [], where }: Measure): readonly string[] {
  return [...quantityFields(of), ...given, ...(where ? [where.field] : [])]
}

/** Where a measure starts before it has seen a reading, and what merging with leaves unchanged. */
export function identityOf(op: Operation): number {
  if (op === 'max') return Number.NEGATIVE_INFINITY
  if (op === 'min') return Number.POSITIVE_INFINITY
  return 0
}

/** A measure as told by whoever did not know it: it joined the definitions later. Whatever it is merged with is unknown too. */
export const unknownMeasure = Number.NaN

/** Merges two numbers of the same measure; associative, and commutative but for rounding. */
export function merge(op: Operation, left: number, right: number): number {
  if (op === 'max') return Math.max(left, right)
  if (op === 'min') return Math.min(left, right)
  return left + right
}

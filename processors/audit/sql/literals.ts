/** Epoch ms as the instant that columns of `DateTime64(3, 'UTC')` hold. */
export function instant(epochMs: number): string {
  return `fromUnixTimestamp64Milli(${whole(epochMs)}, 'UTC')`
}

/** Half-open [from, to), epoch ms. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Condition: the column lies in one of the spans. */
export function within(column: string, spans: readonly Span[]): string {
  const conditions = spans.map(
    ({ from, to }) => `(${column} >= ${instant(from)} AND ${column} < ${instant(to)})`,
  )
  return `(${conditions.join(' OR ') || 'false'})`
}

/** Start of the window that holds an event time, epoch ms. */
export function windowOf(column: string, sizeMs: number): string {
  return `intDiv(toUnixTimestamp64Milli(${column}), ${whole(sizeMs)}) * ${whole(sizeMs)}`
}

/** Numbers as an array of Int64: [0, 1] alone would be bytes. */
export function int64s(values: readonly number[]): string {
  return `CAST([${values.map(whole).join(', ')}] AS Array(Int64))`
}

/** Condition: floats that are equal but for the order in which they were added up. Null is written as `nothing`. */
export function same(left: string, right: string): string {
  return `abs(${left} - ${right}) <= greatest(${tolerance} * greatest(abs(${left}), abs(${right})), ${residue})`
}

/** Condition: arrays of such floats, as long as each other. */
export function sameNumbers(left: string, right: string): string {
  return `arrayAll((x, y) -> ${same('x', 'y')}, ${left}, ${right})`
}

/** Null, among floats that cannot be null. */
export const nothing = -1e300

/** `same` of two numbers that a query gave. */
export function isSame(left: number, right: number): boolean {
  return Math.abs(left - right) <= Math.max(tolerance * Math.max(Math.abs(left), Math.abs(right)), residue)
}

/** A number that a query gave, with null for `nothing`. */
export function orNull(number: number): number | null {
  return number === nothing ? null : number
}

/** Relative difference of two floats that are equal but for rounding. */
export const tolerance = 1e-9
/** What may be left of a sum that came back to 0. */
const residue = 1e-12

/** @throws RangeError for what is not a whole number: it would not be the same number in SQL. */
function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number: ${value}`)
  return value
}

/** Something that is stored otherwise than the accepted readings say. */
export interface Difference {
  /**
   * A KPI; or `<record>.assets`, `.expected`, `.coverage`, `.readings` of its rows; `measures_<record>.readings`;
   * or `readings_<record>`.
   */
  readonly kpi: string
  /** Region code; of a reading its county. */
  readonly region: string
  /** Epoch ms. */
  readonly windowStart: number
  /** `missing` where there is no row. */
  readonly stored: number | string | null
  /** `missing` where there should be none. */
  readonly expected: number | string | null
  /** Distinct accepted readings of the region and window. */
  readonly readings?: number
  /** The asset and event time of a reading. */
  readonly identity?: string
}

const relative = 1e-9
/** Differences of means that should be 0 are not quite. */
const absolute = 1e-9

/** Whether two numbers are equal but for the order in which they were added up. Text is no number. */
export function nearlyEqual(left: number | string | null, right: number | null): boolean {
  if (left === null || right === null || typeof left === 'string') return left === right
  return Math.abs(left - right) <= Math.max(absolute, relative * Math.max(Math.abs(left), Math.abs(right)))
}

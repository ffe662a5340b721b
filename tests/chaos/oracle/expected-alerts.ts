/** What was last said of a KPI in one region and window, as readers see it. */
export interface StoredValue {
  /** Epoch ms. */
  readonly start: number
  readonly end: number
  readonly value: number | null
}

/** A time in which something was above its limit; epoch ms. */
export interface AlertTime {
  /** Start of the first window above it. */
  readonly since: number
  /** End of the first window that is not; null while there is none. */
  readonly until: number | null
}

/**
 * When a rule without `for` and hysteresis is to have fired in one region: a run
 * of windows above it is one alert, and a window without a value neither begins nor ends one. Pure.
 * @param values in their order
 */
export function expectedAlerts(values: readonly StoredValue[], above: number): readonly AlertTime[] {
  const known = values.filter(({ value }) => value !== null)
  const isAbove = (at: number): boolean => (known[at]?.value ?? Number.NEGATIVE_INFINITY) > above
  return known.flatMap(({ start }, at) => {
    if (!isAbove(at) || isAbove(at - 1)) return []
    const after = known.slice(at).find(({ value }) => value !== null && value <= above)
    return [{ since: start, until: after?.end ?? null }]
  })
}

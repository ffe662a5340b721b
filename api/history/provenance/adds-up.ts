import { type Evaluated, evaluate } from '../../../schemas/kpis/evaluate.ts'
import { isCensusId, type Kpi } from '../../../schemas/kpis/kpi.ts'
import { identityOf, merge, type Operation } from '../../../schemas/measures/measure.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import type { CountyRow } from './county-rows.ts'
import { measuresUsed } from './formula.ts'
import type { StoredCell } from './stored-cell.ts'

/** Sums are added in another order here than where they were computed: so much of them may differ by rounding. */
const rounding = 1e-9

/** What counties come to together. */
export interface Totals {
  /** By name; infinite for an extreme of nothing. */
  readonly measures: ReadonlyMap<string, number>
  readonly assets: number
  readonly expected: number
  readonly readings: number
  readonly duplicates: number
}

/** A number of the cell that does not follow from its counties. */
export interface Difference {
  readonly of: string
  readonly stored: number | null
  readonly computed: number | null
}

/** Adds up the counties of a region, each measure as it merges. Pure. */
export function totalsOf(kpi: Kpi, counties: readonly CountyRow[]): Totals {
  const sum = (of: 'assets' | 'expected' | 'readings' | 'duplicates') =>
    counties.reduce((total, county) => total + county[of], 0)
  return {
    measures: new Map(measuresUsed(kpi).map(name => [name, merged(operationOf(kpi, name), name, counties)])),
    assets: sum('assets'),
    expected: sum('expected'),
    readings: sum('readings'),
    duplicates: sum('duplicates'),
  }
}

/** Evaluates the KPI over totals of a whole window. @param windowMs its length */
export function evaluateTotals(kpi: Kpi, totals: Totals, windowMs: number): Evaluated {
  const { measures, assets, expected, readings } = totals
  const numbers = new Map([
    ...measures,
    ['assets', assets],
    ['expected', expected],
    ['readings', readings],
    ['observed_h', windowMs / 3_600_000],
  ])
  return evaluate(kpi, name => {
    const number = numbers.get(name)
    if (number === undefined) throw new Error(`${kpi.id} has no ${name}`)
    return number
  })
}

/** Everything in which the cell differs from what its counties come to; counts exactly, the others but for rounding. */
export function differencesOf(cell: StoredCell, totals: Totals, evaluated: Evaluated): Difference[] {
  const computed = { ...evaluated, ...totals }
  const counts = ['assets', 'readings', 'duplicates'] as const
  const numbers = ['expected', 'numerator', 'denominator', 'value'] as const
  return [
    ...counts.filter(name => computed[name] !== cell[name]),
    ...numbers.filter(name => !close(computed[name], cell[name])),
  ].map(of => ({ of, stored: cell[of], computed: computed[of] }))
}

function merged(op: Operation, name: string, counties: readonly CountyRow[]): number {
  const identity = identityOf(op)
  return counties.reduce((total, { measures }) => merge(op, total, measures[name] ?? identity), identity)
}

/** Everything that a census measures adds up over counties. */
function operationOf({ of }: Kpi, name: string): Operation {
  if (isCensusId(of)) return 'sum'
  const measure = measureSets[of].measures.find(({ id }) => id === name)
  if (!measure) throw new Error(`${of} has no measure ${name}`)
  return measure.op
}

function close(left: number | null, right: number | null): boolean {
  if (left === null || right === null) return left === right
  return Math.abs(left - right) <= rounding * Math.max(1, Math.abs(left), Math.abs(right))
}

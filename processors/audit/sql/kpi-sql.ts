import type { Kpi, Term } from '../../../schemas/kpis/kpi.ts'
import { builtIns } from '../../../schemas/kpis/kpi.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import { isRecordId } from '../../../schemas/records/record.ts'

/** A KPI over totals, in SQL written from its definition. */
export interface KpiSql {
  /** Measures that it reads, with the aggregate that merges them over counties. */
  readonly measures: ReadonlyMap<string, 'sum' | 'max' | 'min'>
  /** Expressions over the totals `t_<measure>`, `t_assets`, `t_expected`, `t_readings` and `t_observed_h`. */
  readonly numerator: string
  readonly denominator: string
  /** Null when a denominator is empty or nothing was measured; over `k_numerator` and `k_denominator`. */
  readonly absent: string
  readonly value: string
}

/** @throws Error for a KPI that is not computed from readings, and for a term that nothing defines. */
export function kpiSql(kpi: Kpi): KpiSql {
  const { of, factors, present, scale, atMost } = kpi
  if (!isRecordId(of)) throw new Error(`${kpi.id} is not computed from readings`)
  const operations = new Map(measureSets[of].measures.map(({ id, op }) => [id, op]))
  const named = [...factors.flatMap(({ numerator, denominator }) => [numerator, denominator]), present]
  const measures = new Map<string, 'sum' | 'max' | 'min'>()
  for (const name of named) {
    if (typeof name !== 'string' || isBuiltIn(name)) continue
    const op = operations.get(name)
    if (op === undefined) throw new Error(`${kpi.id}: ${name} is neither a measure nor built in`)
    measures.set(name, op === 'max' || op === 'min' ? op : 'sum')
  }
  const value = `${scale} * k_numerator / k_denominator`
  const nothing = ['k_denominator = 0', 'NOT ifNull(isFinite(k_numerator), false)']
  if (present !== undefined) nothing.push(`NOT ifNull(${termSql(present)} > 0, false)`)
  return {
    measures,
    numerator: product(factors.map(({ numerator }) => numerator)),
    denominator: product(factors.map(({ denominator }) => denominator)),
    absent: nothing.join(' OR '),
    value: atMost === undefined ? value : `least(${atMost}, ${value})`,
  }
}

function product(terms: readonly Term[]): string {
  return `toFloat64(${terms.map(termSql).join(' * ')})`
}

function termSql(term: Term): string {
  return typeof term === 'number' ? `toFloat64(${term})` : `t_${term}`
}

function isBuiltIn(name: string): boolean {
  return builtIns.some(builtIn => builtIn === name)
}

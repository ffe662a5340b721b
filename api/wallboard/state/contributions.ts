import { regionOf } from '../../../schemas/regions/regions.ts'
import type { County, Lineage, Term } from '../protocol/parse-lineage.ts'
import { cityOf } from './catalogue.ts'

/** How the parts come to the whole; `differs`: they do not. */
export type Joined = 'sum' | 'highest' | 'lowest' | 'differs'

export interface Part {
  readonly region: string
  readonly number: number
  /** Of the whole, 0..1; null where parts do not add up to it. */
  readonly share: number | null
  /** Length of its bar, 0..1. */
  readonly length: number
  /** The KPI of this region alone; null where it is empty or not known. */
  readonly value: number | null
  readonly readings: number
}

/** What the regions below contribute to one number of a formula. */
export interface Contributions {
  /** Greatest first. */
  readonly parts: readonly Part[]
  readonly total: number
  readonly joined: Joined
  /** Parts are cities, each the sum of its counties. */
  readonly byCity: boolean
}

/** Rounding of sums in another order. */
const rounding = 1e-9
/** Numbers that every window has once, whatever its counties. */
const ofWindow = new Set(['observed_h'])

/** The numbers of the formula that counties contribute to, each once, in its order. */
export function termsOf({ formula }: Lineage): readonly Term[] {
  const terms = formula.factors.flatMap(({ numerator, denominator }) => [numerator, denominator])
  const seen = new Set<string>()
  return terms.filter(({ term, kind }) => {
    if (kind === 'constant' || ofWindow.has(term) || seen.has(term)) return false
    seen.add(term)
    return true
  })
}

/** The whole of a number of the formula: what stands in the cell. Undefined where it is not known. */
export function totalOf({ cell, totals, window_start, window_end }: Lineage, term: Term): number | undefined {
  if (term.kind === 'constant') return Number(term.term)
  if (term.term === 'observed_h') return (window_end - window_start) / 3_600_000
  return builtIn(cell, term.term) ?? totals?.measures[term.term] ?? undefined
}

/** Undefined where the counties are not known: of an earlier revision. */
export function contributionsOf(lineage: Lineage, term: Term): Contributions | undefined {
  const total = totalOf(lineage, term)
  if (!lineage.counties || total === undefined) return undefined
  const ofCounties = lineage.counties.flatMap(county => {
    const number = builtIn(county, term.term) ?? county.measures[term.term] ?? null
    return number === null ? [] : [{ county, number }]
  })
  const joined = joinedBy(
    ofCounties.map(({ number }) => number),
    total,
  )
  const level = regionOf(lineage.region)?.level
  const byCity = level === 'province' || level === 'circle'
  const groups = Map.groupBy(ofCounties, ({ county }) => (byCity ? cityCodeOf(county.county) : county.county))
  const parts = [...groups].map(([region, members]) => ({
    region,
    number: join(
      joined,
      members.map(({ number }) => number),
    ),
    value: byCity ? null : (members[0]?.county.value ?? null),
    readings: members.reduce((sum, { county }) => sum + county.readings, 0),
  }))
  const longest = Math.max(...parts.map(({ number }) => Math.abs(number)), 0)
  return {
    total,
    joined,
    byCity,
    parts: parts
      .map(part => ({
        ...part,
        share: joined === 'sum' && total !== 0 ? part.number / total : null,
        length: longest === 0 ? 0 : Math.abs(part.number) / longest,
      }))
      .sort((a, b) => b.number - a.number || a.region.localeCompare(b.region)),
  }
}

function builtIn(of: Pick<County, 'assets' | 'expected' | 'readings'>, term: string): number | undefined {
  switch (term) {
    case 'assets':
    case 'expected':
    case 'readings':
      return of[term]
    default:
      return undefined
  }
}

function joinedBy(numbers: readonly number[], total: number): Joined {
  const comes = (to: number): boolean =>
    Math.abs(to - total) <= rounding * Math.max(1, Math.abs(to), Math.abs(total))
  if (comes(numbers.reduce((sum, number) => sum + number, 0))) return 'sum'
  if (comes(Math.max(...numbers))) return 'highest'
  return comes(Math.min(...numbers)) ? 'lowest' : 'differs'
}

function join(joined: Joined, numbers: readonly number[]): number {
  if (joined === 'highest') return Math.max(...numbers)
  if (joined === 'lowest') return Math.min(...numbers)
  return numbers.reduce((sum, number) => sum + number, 0)
}

function cityCodeOf(county: string): string {
  const region = regionOf(county)
  return (region && cityOf(region)?.code) ?? county
}

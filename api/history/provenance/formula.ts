import { type Static, Type } from 'typebox'
import { builtIns, isCensusId, type Kpi, type SeriesId, type Term } from '../../../schemas/kpis/kpi.ts'
import { formulaOf } from '../../../schemas/kpis/kpi-table.ts'
import type { Condition, Measure, Quantity } from '../../../schemas/measures/measure.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import { NullableNumber, NullableString } from '../../rest/wire-schemas.ts'

const TermSchema = Type.Object({
  term: Type.String({ description: 'Name of a measure or of a number that every window has, or a constant' }),
  kind: Type.Enum(['measure', 'built_in', 'constant']),
  unit: NullableString,
  words: Type.String({ description: 'What it is' }),
})
type TermSchema = Static<typeof TermSchema>

/** A KPI's formula, spelt out. */
export const Formula = Type.Object({
  text: Type.String({ description: 'Over totals, evaluated after merging' }),
  scale: Type.Number(),
  at_most: { ...NullableNumber, description: 'A greater value is cut to this' },
  present: { ...NullableString, description: 'The value is null unless this measure is above 0' },
  factors: Type.Array(Type.Object({ numerator: TermSchema, denominator: TermSchema }), {
    description: 'value = scale × the product of these ratios',
  }),
})
export type Formula = Static<typeof Formula>

export function formulaInWords(kpi: Kpi): Formula {
  return {
    text: formulaOf(kpi),
    scale: kpi.scale,
    at_most: kpi.atMost ?? null,
    present: kpi.present ?? null,
    factors: kpi.factors.map(({ numerator, denominator }) => ({
      numerator: termInWords(numerator, kpi.of),
      denominator: termInWords(denominator, kpi.of),
    })),
  }
}

/** The measures that the KPI's formula names, constants and built-ins left out; each once. */
export function measuresUsed(kpi: Kpi): readonly string[] {
  const terms = kpi.factors.flatMap(({ numerator, denominator }) => [numerator, denominator])
  const names = [...terms, kpi.present].filter(term => typeof term === 'string')
  return [...new Set(names)].filter(name => !isBuiltIn(name))
}

const builtInWords: Readonly<Record<string, readonly [unit: string, words: string]>> = {
  assets: ['1', 'assets that reported'],
  expected: ['1', 'assets expected to report, from the asset registry'],
  readings: ['1', 'readings counted'],
  observed_h: ['h', 'length of the window'],
}

function isBuiltIn(name: string): boolean {
  return builtIns.some(builtIn => builtIn === name)
}

function termInWords(term: Term, series: SeriesId): TermSchema {
  if (typeof term === 'number') return { term: String(term), kind: 'constant', unit: null, words: 'constant' }
  const [unit, words] = builtInWords[term] ?? []
  if (words !== undefined) return { term, kind: 'built_in', unit: unit ?? null, words }
  if (isCensusId(series)) {
    return { term, kind: 'measure', unit: null, words: `column ${term} of the census, summed over counties` }
  }
  const measure = measureSets[series].measures.find(({ id }) => id === term)
  if (!measure) throw new Error(`${series} has no measure ${term}`)
  return { term, kind: 'measure', unit: measure.unit, words: measureInWords(measure) }
}

/** What a measure takes of the readings, such as "sum of exits, of readings that give capacity, where status is not closed". */
export function measureInWords({ op, of, given = [], where }: Measure): string {
  const quantity = quantityInWords(of)
  const what = {
    sum: `sum of ${quantity}`,
    count: of === undefined ? 'number of readings' : `number of readings that give ${quantity}`,
    max: `highest ${quantity}`,
    min: `lowest ${quantity}`,
    mean_sum: `sum over assets of their mean ${quantity}`,
    share_sum: where
      ? `sum over assets of the share of their readings that give ${quantity}`
      : `number of assets that give ${quantity}`,
  }[op]
  const also = given.length > 0 ? `, of readings that give ${given.join(' and ')}` : ''
  return where ? `${what}${also}, where ${conditionInWords(where)}` : what + also
}

function quantityInWords(quantity: Quantity | undefined): string {
  if (quantity === undefined) return 'readings'
  if (typeof quantity === 'string') return quantity
  return Object.entries(quantity)
    .map(([field, factor], index) => {
      const size = Math.abs(factor) === 1 ? field : `${Math.abs(factor)} × ${field}`
      if (index === 0) return factor < 0 ? `−${size}` : size
      return `${factor < 0 ? '−' : '+'} ${size}`
    })
    .join(' ')
}

function conditionInWords(condition: Condition): string {
  if ('is' in condition) return `${condition.field} is ${condition.is}`
  if ('isNot' in condition) return `${condition.field} is not ${condition.isNot}`
  const [low, high] = condition.between
  return `${condition.field} is within ${low} to ${high}`
}

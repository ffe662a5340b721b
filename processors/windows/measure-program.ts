import {
  type Condition,
  countsAtHome,
  fieldsRead,
  type Measure,
  type MeasureSet,
  type Quantity,
  quantityFields,
  takesAssetsOnce,
} from '../../schemas/measures/measure.ts'

/** Values of the fields a program reads; null where the device did not say. */
export type MeasuredReading = Readonly<Record<string, unknown>>

/**
 * Adds one reading.
 * @param measures measures of all counties, one county after another
 * @param at where the reading's county starts
 * @param home where the home county of the reading's asset starts, for measures that count there
 * @param sums sums behind the measures that take each asset once, one asset after another
 * @param counts their counts; 0 where the asset has not been seen
 * @param slot where the reading's asset starts in both
 */
export type AddReading = (
  measures: Float64Array,
  at: number,
  home: number,
  reading: MeasuredReading,
  sums: Float64Array,
  counts: Uint32Array,
  slot: number,
) => void

/** A record type's measures, compiled: one fused function instead of a walk over definitions for each reading. */
export interface MeasureProgram {
  readonly measures: readonly Measure[]
  /** Fields of the reading that it needs. */
  readonly fields: readonly string[]
  /** Numbers kept per asset and window, for `mean_sum` and `share_sum`. */
  readonly perAsset: number
  readonly add: AddReading
  /** What tells events of one asset and time apart; absent where readings are samples, one at a time. */
  readonly eventOf?: (reading: MeasuredReading) => string
}

/**
 * @param identity fields that tell events of one asset and time apart
 * @throws Error where a definition names something that is not an identifier
 */
export function compileMeasures({ measures }: MeasureSet, identity: readonly string[] = []): MeasureProgram {
  const measured = [...new Set(measures.flatMap(fieldsRead))]
  const fields = [...new Set([...measured, ...identity])]
  for (const field of fields) {
    if (!/^[a-z][a-z0-9_]*$/.test(field)) throw new Error(`not a field name: ${JSON.stringify(field)}`)
  }
  let perAsset = 0
  const statements = measures.map((measure, index) =>
    statementOf(measure, index, takesAssetsOnce(measure) ? perAsset++ : 0),
  )
  const body = ['"use strict"', ...measured.map(field => `const ${field} = r.${field}`), ...statements].join(
    '\n',
  )
  // The text comes from our own definitions, checked above; avsc builds its decoders in the same way.
  const add = new Function('m', 'at', 'home', 'r', 'sums', 'counts', 'slot', body) as AddReading
  const eventOf = (reading: MeasuredReading) => JSON.stringify(identity.map(field => reading[field]))
  return { measures, fields, perAsset, add, ...(identity.length > 0 ? { eventOf } : {}) }
}

function statementOf(measure: Measure, index: number, offset: number): string {
  const present = [...quantityFields(measure.of), ...(measure.given ?? [])].map(field => `${field} !== null`)
  // A share is of all readings that give the field.
  const where = measure.where && measure.op !== 'share_sum' ? [conditionOf(measure.where)] : []
  const guard = [...new Set(present), ...where].join(' && ')
  const cell = `m[${countsAtHome(measure) ? 'home' : 'at'} + ${index}]`
  const value = quantityOf(measure.of)
  const effect = (): string => {
    switch (measure.op) {
      case 'count':
        return `${cell}++`
      case 'sum':
        return `${cell} += ${value}`
      case 'max':
        return `if (${value} > ${cell}) ${cell} = ${value}`
      case 'min':
        return `if (${value} < ${cell}) ${cell} = ${value}`
      case 'mean_sum':
        return `const i = slot + ${offset}, n = counts[i]++
  if (n === 0) ${cell} += (sums[i] = ${value})
  else { const before = sums[i] / n; ${cell} += (sums[i] += ${value}) / (n + 1) - before }`
      case 'share_sum':
        return measure.where
          ? `const i = slot + ${offset}, n = counts[i]++, met = ${conditionOf(measure.where)} ? 1 : 0
  if (n === 0) ${cell} += (sums[i] = met)
  else if (sums[i] === n * met) sums[i] += met
  else { const before = sums[i] / n; ${cell} += (sums[i] += met) / (n + 1) - before }`
          : `if (counts[slot + ${offset}]++ === 0) ${cell}++`
    }
  }
  return `if (${guard || 'true'}) {\n  ${effect()}\n}`
}

function quantityOf(quantity: Quantity | undefined): string {
  if (quantity === undefined) return '1'
  if (typeof quantity === 'string') return quantity
  const terms = Object.entries(quantity).map(([field, factor]) => {
    if (factor === 1) return field
    return factor === -1 ? `-${field}` : `${factor} * ${field}`
  })
  return `(${terms.join(' + ')})`
}

function conditionOf(condition: Condition): string {
  const { field } = condition
  if ('is' in condition) return `${field} === ${JSON.stringify(condition.is)}`
  if ('isNot' in condition) return `${field} !== ${JSON.stringify(condition.isNot)}`
  const [low, high] = condition.between
  return `${field} !== null && ${field} >= ${low} && ${field} <= ${high}`
}

import { sqlString } from '../../../schemas/clickhouse/table.ts'
import {
  type Condition,
  fieldsRead,
  type Measure,
  type Quantity,
  quantityFields,
} from '../../../schemas/measures/measure.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'

/**
 * How the measures of a county and window follow from its readings: SQL written from the definitions, and not the
 * processors' code. Readings are grouped by county and window and, where a measure needs it, by asset first.
 */
export interface MeasureSql {
  /** Fields of the reading that it needs. */
  readonly fields: readonly string[]
  /** Whether readings are grouped by asset first. */
  readonly byAsset: boolean
  /** Aggregates over the readings of a group, each with its alias. */
  readonly inner: readonly string[]
  /** Aggregates over the groups of a county and window, each with its alias; none unless `byAsset`. */
  readonly outer: readonly string[]
}

/** The alias under which a measure, or what every window has besides, is recomputed. */
export function recomputed(name: string): string {
  return `r_${name}`
}

export function measureSql(record: RecordId): MeasureSql {
  const { measures } = measureSets[record]
  const { suspectField } = records[record]
  // Suspect readings are counted as readings and never measured.
  const usable = suspectField ? `NOT ifNull(${suspectField}, false)` : undefined
  const fields = [...new Set([...measures.flatMap(fieldsRead), ...(suspectField ? [suspectField] : [])])]
  const byAsset = measures.some(takesAssetsOnce)
  if (byAsset) return { fields, byAsset, inner: perAsset(measures, usable), outer: overAssets(measures) }
  const inner = [
    'count() AS r_readings',
    `${usable ? `uniqExactIf(asset_id, ${usable})` : 'uniqExact(asset_id)'} AS r_assets`,
    'toUnixTimestamp64Milli(max(event_time)) AS r_event_time_max',
    ...measures.map(measure => `${overReadings(measure, usable)} AS ${recomputed(measure.id)}`),
  ]
  return { fields, byAsset, inner, outer: [] }
}

function takesAssetsOnce({ op }: Measure): boolean {
  return op === 'mean_sum' || op === 'share_sum'
}

function perAsset(measures: readonly Measure[], usable: string | undefined): string[] {
  return [
    'count() AS a_readings',
    `${usable ? `max(${usable})` : 'true'} AS a_usable`,
    'toUnixTimestamp64Milli(max(event_time)) AS a_event_time_max',
    ...measures.flatMap(measure => {
      const sum = `${overReadings(measure, usable)} AS a_${measure.id}`
      const { where: _, ...all } = measure
      const counted = measure.op === 'share_sum' ? all : measure
      return takesAssetsOnce(measure)
        ? [sum, `countIf(${guardOf(counted, usable)}) AS n_${measure.id}`]
        : [sum]
    }),
  ]
}

function overAssets(measures: readonly Measure[]): string[] {
  return [
    'sum(a_readings) AS r_readings',
    'countIf(a_usable) AS r_assets',
    'max(a_event_time_max) AS r_event_time_max',
    ...measures.map(measure => {
      const { id, op } = measure
      if (takesAssetsOnce(measure)) return `sumIf(a_${id} / n_${id}, n_${id} > 0) AS ${recomputed(id)}`
      return `${op === 'max' || op === 'min' ? op : 'sum'}(a_${id}) AS ${recomputed(id)}`
    }),
  ]
}

function overReadings(measure: Measure, usable: string | undefined): string {
  const guard = guardOf(measure, usable)
  switch (measure.op) {
    case 'count':
    case 'share_sum':
      return `toFloat64(countIf(${guard}))`
    case 'sum':
    case 'mean_sum':
      return `sumIf(${quantityOf(measure.of)}, ${guard})`
    case 'max':
    case 'min':
      // Null where nothing was measured.
      return `${measure.op}OrNullIf(${quantityOf(measure.of)}, ${guard})`
  }
}

/** The readings that a measure takes: all that it reads is there, and the condition holds. */
function guardOf({ of, given = [], where }: Measure, usable: string | undefined): string {
  const present = [...new Set([...quantityFields(of), ...given])].map(field => `isNotNull(${field})`)
  return (
    [...(usable ? [usable] : []), ...present, ...(where ? [conditionOf(where)] : [])].join(' AND ') || 'true'
  )
}

function conditionOf(condition: Condition): string {
  const { field } = condition
  if ('is' in condition) return `ifNull(${field} = ${literal(condition.is)}, false)`
  // Who does not say so is not excluded.
  if ('isNot' in condition) return `ifNull(${field} != ${literal(condition.isNot)}, true)`
  const [low, high] = condition.between
  return `ifNull(${field} >= ${low} AND ${field} <= ${high}, false)`
}

function literal(value: string | boolean): string {
  return typeof value === 'string' ? sqlString(value) : String(value)
}

function quantityOf(of: Quantity | undefined): string {
  const terms = typeof of === 'string' ? [[of, 1] as const] : Object.entries(of ?? {})
  return terms.map(([field, factor]) => `${factor} * toFloat64(assumeNotNull(${field}))`).join(' + ') || '1.'
}

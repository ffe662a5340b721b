import { sqlString } from '../../../schemas/clickhouse/table.ts'
import {
  type Condition,
  countsAtHome,
  fieldsRead,
  type Measure,
  type Quantity,
  quantityFields,
  takesAssetsOnce,
} from '../../../schemas/measures/measure.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'

/**
 * How the measures of a county and window follow from its readings: SQL written from the definitions, and not the
 * processors' code. Readings are grouped by county, window and `part` and, where a measure needs it, by asset first.
 */
export interface MeasureSql {
  /** Fields of the reading that it needs. */
  readonly fields: readonly string[]
  /** Whether readings are grouped by asset first. */
  readonly byAsset: boolean
  /** Condition: the reading is measured, and not only counted. */
  readonly usable: string
  /** Aggregates over the readings of a group, each with its alias. */
  readonly inner: readonly string[]
  /** Aggregates over the groups of a county and window, each with its alias. */
  readonly outer: readonly string[]
}

/**
 * What a county has of a reading. Of an asset that moved within the window, the county that a reading carries has `carried`, and
 * the home of the asset, which may be the same county, has `atHome`: there all its readings count where an asset counts once.
 */
export const parts = { whole: 0, carried: 1, atHome: 2 } as const

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
  const assets = byAsset ? `max(${usable ?? 'true'})` : `uniqExactIf(asset_id, ${usable ?? 'true'})`
  const inner = [
    'count() AS a_readings',
    `toUInt64(${assets}) AS a_assets`,
    'toUnixTimestamp64Milli(max(event_time)) AS a_event_time_max',
    ...measures.flatMap(measure => overGroup(measure, usable)),
  ]
  return { fields, byAsset, usable: usable ?? 'true', inner, outer: overGroups(measures) }
}

function overGroup(measure: Measure, usable: string | undefined): string[] {
  const sum = `${overReadings(measure, usable)} AS a_${measure.id}`
  if (!takesAssetsOnce(measure)) return [sum]
  const { where: _, ...all } = measure
  const counted = measure.op === 'share_sum' ? all : measure
  return [sum, `countIf(${guardOf(counted, usable)}) AS n_${measure.id}`]
}

function overGroups(measures: readonly Measure[]): string[] {
  const [atHome, asCarried] = [`part != ${parts.carried}`, `part != ${parts.atHome}`]
  return [
    `sumIf(a_readings, ${asCarried}) AS r_readings`,
    `sumIf(a_assets, ${atHome}) AS r_assets`,
    `maxIf(a_event_time_max, ${asCarried}) AS r_event_time_max`,
    ...measures.map(measure => {
      const { id, op } = measure
      if (takesAssetsOnce(measure))
        return `sumIf(a_${id} / n_${id}, n_${id} > 0 AND ${atHome}) AS ${recomputed(id)}`
      const where = countsAtHome(measure) ? atHome : asCarried
      return `${op === 'max' || op === 'min' ? op : 'sum'}If(a_${id}, ${where}) AS ${recomputed(id)}`
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

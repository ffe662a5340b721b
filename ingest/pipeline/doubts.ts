import type { Asset } from '../../platform/assets/asset.ts'
import type { Amount, Condition, RecordDefinition } from '../../schemas/records/record.ts'
import type { Reading } from './reading.ts'

/** Why ingest doubts a reading of this asset, or null. */
type ReasonOf = (reading: Reading, asset: Asset) => string | null

/**
 * Marks a reading that no sound device gives as suspect, with the reason; compiled once per record type. What the device
 * marked itself is its word, and stays without a reason of ingest.
 */
export function doubter(record: RecordDefinition): (reading: Reading, asset: Asset) => void {
  const reasonOf = reasons(record)
  if (!reasonOf) return () => undefined
  return (reading, asset) => {
    if (reading.suspect === true) return
    const reason = reasonOf(reading, asset)
    if (reason === null) return
    reading.suspect = true
    reading.suspect_reason = reason
  }
}

/** One function with the names and numbers written out in its source: see `readingShape` for why. */
function reasons({ doubts = [] }: RecordDefinition): ReasonOf | null {
  if (doubts.length === 0) return null
  const lines = doubts.map(
    ({ reason, when }) => `if (${when.map(conditionSource).join(' && ')}) return ${JSON.stringify(reason)}`,
  )
  return new Function('reading', 'asset', [...lines, 'return null'].join('\n')) as ReasonOf
}

function conditionSource(condition: Condition): string {
  const value = of('reading', condition.field)
  if ('is' in condition) {
    const equals = condition.is.map(one => `${value} === ${JSON.stringify(one)}`)
    return `(${equals.join(' || ')})`
  }
  const [sign, amount] = 'above' in condition ? ['>', condition.above] : ['<', condition.below]
  const given = amount.field === undefined ? [value] : [value, of('reading', amount.field)]
  // Nothing is above or below NaN, but null is 0.
  return [...given.map(one => `${one} !== null`), `${value} ${sign} ${amountSource(amount)}`].join(' && ')
}

function amountSource({ times, registered, otherwise, field, period }: Amount): string {
  const factors = [numberSource(times)]
  if (registered !== undefined) {
    const property = of('asset', registered)
    const instead = otherwise === undefined ? 'NaN' : numberSource(otherwise)
    factors[0] = `(${property} === null ? ${instead} : ${property} * ${numberSource(times)})`
  }
  if (field !== undefined) factors.push(of('reading', field))
  if (period !== undefined) factors.push(`(${of('reading', period)} ?? asset.period_s ?? 86400) / 3600`)
  return factors.join(' * ')
}

function numberSource(number: number): string {
  if (!Number.isFinite(number)) throw new Error(`not a number: ${number}`)
  return String(number)
}

function of(object: 'reading' | 'asset', name: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`not a field name: ${name}`)
  return `${object}.${name}`
}

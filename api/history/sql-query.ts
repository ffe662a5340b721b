import { sqlString } from '../../schemas/clickhouse/table.ts'

export type SqlParameter = string | number | Date | readonly number[] | readonly string[]

/** A query with typed placeholders, `{name: Type}`: values never become part of its text on the way to ClickHouse. */
export interface SqlQuery {
  readonly text: string
  readonly params: Readonly<Record<string, SqlParameter>>
}

const placeholder = /\{(\w+): ?([^{}]+)\}/g

/**
 * The same query for people to paste: every placeholder replaced by a literal of its type.
 * @throws Error where a value is missing or not of its type.
 */
export function pasteable({ text, params }: SqlQuery): string {
  return text.replaceAll(placeholder, (_all, name: string, type: string) => {
    const literal = literalOf(type, params[name])
    if (literal === undefined) throw new Error(`parameter ${name} is not of type ${type}`)
    return literal
  })
}

function literalOf(type: string, value: SqlParameter | undefined): string | undefined {
  if (type === 'Identifier') {
    return typeof value === 'string' && /^[a-zA-Z_]\w*$/.test(value) ? value : undefined
  }
  if (type === 'String') return typeof value === 'string' ? sqlString(value) : undefined
  if (type === "DateTime64(3, 'UTC')") {
    return value instanceof Date ? `toDateTime64('${sqlTime(value)}', 3, 'UTC')` : undefined
  }
  if (/^U?Int\d+$/.test(type)) return Number.isSafeInteger(value) ? String(value) : undefined
  // With its type, because an empty array alone has none; by a function, because more may follow.
  if (/^Array\(U?Int\d+\)$/.test(type) && Array.isArray(value) && value.every(Number.isSafeInteger)) {
    return `CAST([${value.join(', ')}], '${type}')`
  }
  return undefined
}

function sqlTime(date: Date): string {
  return date.toISOString().replace('T', ' ').replace('Z', '')
}

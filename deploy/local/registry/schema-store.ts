import { type Static, Type } from 'typebox'
import {
  type CompatibilityLevel,
  compatibilityLevels,
  incompatibilities,
  parseSchema,
} from './compatibility.ts'
import { registryErrors } from './registry-error.ts'

const Level = Type.Enum([...compatibilityLevels])

/** Everything the registry knows; a value, replaced as a whole. */
export const SchemaStore = Type.Object({
  /** Schema text by id; the id is the index plus one, so ids are global and never change. */
  schemas: Type.Array(Type.String()),
  /** Schema ids of a subject's versions; the version is the index plus one. */
  subjects: Type.Record(Type.String(), Type.Array(Type.Integer({ minimum: 1 }))),
  level: Level,
  subjectLevels: Type.Record(Type.String(), Level),
})
export type SchemaStore = Static<typeof SchemaStore>

export interface SchemaVersion {
  readonly subject: string
  readonly version: number
  readonly id: number
  readonly schema: string
}

export const emptyStore: SchemaStore = { schemas: [], subjects: {}, level: 'BACKWARD', subjectLevels: {} }

/** Two texts that differ only in white space and in the order of attributes are the same schema. */
export function canonical(schema: string): string {
  const ordered = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(ordered)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, ordered(item)]),
    )
  }
  return JSON.stringify(ordered(JSON.parse(schema)))
}

/**
 * Adds a schema as the next version of a subject, unless it is one of its versions already.
 * @throws RegistryError 42201 (not Avro), 409 (incompatible)
 */
export function register(
  store: SchemaStore,
  subject: string,
  schema: string,
): { store: SchemaStore; id: number; version: number } {
  parseSchema(schema)
  const known = lookUp(store, subject, schema)
  if (known) return { store, id: known.id, version: known.version }

  const earlier = versions(store, subject)
  const reasons = incompatibilities(
    schema,
    earlier.map(version => version.schema),
    levelOf(store, subject),
  )
  if (reasons.length > 0) throw registryErrors.incompatible(subject, reasons)

  const sameText = idOf(store, schema)
  const schemas = sameText === null ? [...store.schemas, schema] : store.schemas
  const id = sameText ?? schemas.length
  const ids = [...earlier.map(version => version.id), id]
  return {
    store: { ...store, schemas, subjects: { ...store.subjects, [subject]: ids } },
    id,
    version: ids.length,
  }
}

export function setLevel(store: SchemaStore, level: CompatibilityLevel, subject?: string): SchemaStore {
  if (subject === undefined) return { ...store, level }
  return { ...store, subjectLevels: { ...store.subjectLevels, [subject]: level } }
}

/** The level that holds for a subject: its own, else the global one. */
export function levelOf(store: SchemaStore, subject: string): CompatibilityLevel {
  return own(store.subjectLevels, subject) ?? store.level
}

/** A subject's versions, oldest first; empty when there is no such subject. */
export function versions(store: SchemaStore, subject: string): SchemaVersion[] {
  return (own(store.subjects, subject) ?? []).map((id, index) => ({
    subject,
    version: index + 1,
    id,
    schema: schemaText(store, id),
  }))
}

/** The version of a subject that has this schema, or null. */
export function lookUp(store: SchemaStore, subject: string, schema: string): SchemaVersion | null {
  const id = idOf(store, schema)
  return versions(store, subject).find(version => version.id === id) ?? null
}

/** @throws RegistryError 40403 */
export function schemaText(store: SchemaStore, id: number): string {
  const schema = store.schemas[id - 1]
  if (schema === undefined) throw registryErrors.schemaNotFound(id)
  return schema
}

/** Where a schema is used. */
export function usesOf(store: SchemaStore, id: number): SchemaVersion[] {
  schemaText(store, id)
  return Object.keys(store.subjects)
    .sort()
    .flatMap(subject => versions(store, subject))
    .filter(version => version.id === id)
}

function idOf(store: SchemaStore, schema: string): number | null {
  const wanted = canonical(schema)
  const index = store.schemas.findIndex(text => canonical(text) === wanted)
  return index < 0 ? null : index + 1
}

/** Subjects are named by clients: `constructor` is a name like any other. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

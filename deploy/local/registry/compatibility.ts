import avro, { type Schema, type Type } from 'avsc'
import { messageOf } from '../../../platform/errors.ts'
import { registryErrors } from './registry-error.ts'

export const compatibilityLevels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const
export type CompatibilityLevel = (typeof compatibilityLevels)[number]

/** The level a text names (case does not matter), or null. */
export function compatibilityLevel(text: string): CompatibilityLevel | null {
  return compatibilityLevels.find(level => level === text.toUpperCase()) ?? null
}

/** @throws RegistryError 42201 when the text is not an Avro schema. */
export function parseSchema(text: string): Type {
  try {
    const schema: Schema = JSON.parse(text)
    return avro.Type.forSchema(schema)
  } catch (error) {
    throw registryErrors.invalidSchema(messageOf(error))
  }
}

/**
 * Why `candidate` may not follow `earlier` (oldest first) at this level; empty when it may.
 * BACKWARD: readers with the new schema read old data; FORWARD: readers with the old schema read new data;
 * FULL: both; transitive: against all earlier versions, else against the latest only.
 */
export function incompatibilities(
  candidate: string,
  earlier: readonly string[],
  level: CompatibilityLevel,
): string[] {
  if (level === 'NONE') return []
  const compared = level.endsWith('_TRANSITIVE') ? earlier : earlier.slice(-1)
  const next = parseSchema(candidate)
  const reasons: string[] = []
  for (const text of compared) {
    const previous = parseSchema(text)
    if (!level.startsWith('FORWARD')) reasons.push(...unreadable(next, previous, 'new', 'old'))
    if (!level.startsWith('BACKWARD')) reasons.push(...unreadable(previous, next, 'old', 'new'))
  }
  return reasons
}

function unreadable(reader: Type, writer: Type, readerIs: string, writerIs: string): string[] {
  try {
    reader.createResolver(writer)
    return []
  } catch (error) {
    return [`a reader with the ${readerIs} schema cannot read ${writerIs} data: ${messageOf(error)}`]
  }
}

import type { RecordDefinition } from '../../schemas/records/record.ts'
import { type AssetLookup, enricher } from './enrich.ts'
import { normaliser } from './normalise.ts'
import type { Reading } from './reading.ts'
import { type Outcome, Refusal } from './refusal.ts'
import { type TimeBounds, validator } from './validate.ts'

export interface RecordPipeline {
  /** normalise -> validate -> enrich: an item as it came -> a reading as it is stored, or why not. */
  run(item: unknown, source: string | null, nowMs: number): Outcome<Reading>
  unknownFields(item: object): readonly string[]
}

/** The way of one record type's items, compiled from its definition. */
export function recordPipeline(
  record: RecordDefinition,
  assets: AssetLookup,
  bounds: TimeBounds,
): RecordPipeline {
  const { normalise, unknownFields } = normaliser(record)
  const validate = validator(record, bounds)
  const enrich = enricher(record, assets)
  return {
    unknownFields,
    run(item, source, nowMs) {
      const normal = normalise(item, source)
      if (normal instanceof Refusal) return normal
      const valid = validate(normal, nowMs)
      if (valid instanceof Refusal) return valid
      return enrich(valid, nowMs)
    },
  }
}

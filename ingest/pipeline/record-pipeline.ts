import type { RecordDefinition } from '../../schemas/records/record.ts'
import { type AssetLookup, enricher } from './enrich.ts'
import { FineTimes } from './fine-times.ts'
import { isObject, normaliser } from './normalise.ts'
import type { Reading } from './reading.ts'
import { type Outcome, Refusal, shown } from './refusal.ts'
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
  // Events of one millisecond are told apart by what they name.
  const times = record.identity ? undefined : new FineTimes()
  return {
    unknownFields,
    run(item, source, nowMs) {
      const normal = normalise(item, source)
      if (normal instanceof Refusal) return normal
      const valid = validate(normal, nowMs)
      if (valid instanceof Refusal) return valid
      const enriched = enrich(valid, nowMs)
      if (enriched instanceof Refusal) return enriched
      if (!times || !isObject(item)) return enriched
      const { asset_id, event_time } = enriched
      return times.collides(asset_id, event_time, item.event_time)
        ? sameMillisecond(enriched, item)
        : enriched
    },
  }
}

function sameMillisecond({ asset_id }: Reading, { event_time }: Record<string, unknown>): Refusal {
  const problem = `another sample of ${asset_id} is of the same millisecond; times are kept to the millisecond`
  return new Refusal('same_millisecond', `event_time: ${shown(event_time)}: ${problem}`)
}

import type { RecordDefinition } from '../../schemas/records/record.ts'
import type { Reading, Value } from './reading.ts'

/** Reads a record's fields from what came through a door, and builds its readings; in the order of its definition. */
export interface ReadingShape {
  readonly pick: (item: Record<string, unknown>, values: unknown[]) => void
  readonly build: (
    assetId: string,
    eventTime: number,
    source: string | null,
    values: readonly Value[],
  ) => Reading
}

/**
 * Two functions with the field names written out in their source, as avsc makes them for the same reason: an object
 * literal of one hidden class, and named instead of computed access, take a third of the time of a loop over names.
 */
export function readingShape(record: RecordDefinition): ReadingShape {
  const names = record.fields.map(field => field.name)
  const odd = names.find(name => !/^[a-z][a-z0-9_]*$/.test(name))
  if (odd !== undefined) throw new Error(`not a field name: ${odd}`)
  const picks = names.map((name, index) => `values[${index}] = item.${name}`)
  const fields = names.map((name, index) => `${name}: values[${index}]`)
  const head = `asset_id, county: '', event_time, received_at: 0, source`
  return {
    pick: new Function('item', 'values', picks.join('\n')) as ReadingShape['pick'],
    build: new Function(
      ...['asset_id', 'event_time', 'source', 'values'],
      `return { ${[head, ...fields].join(', ')} }`,
    ) as ReadingShape['build'],
  }
}

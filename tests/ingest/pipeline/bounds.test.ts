import { describe, expect, it } from 'vitest'
import {
  type AssetKind,
  type Field,
  type RecordDefinition,
  recordIds,
} from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { memoryIngest, noon } from '../memory-ingest.ts'

const numbers = recordIds.flatMap(id =>
  records[id].fields.flatMap(field =>
    field.type === 'double' || field.type === 'long' ? [[id, field.name, field] as const] : [],
  ),
)

/** A reading with this one number; what is required beside it is as large, so that no two fields contradict each other. */
function readingWith(record: RecordDefinition, name: string, value: number): object {
  const required = record.fields.filter(field => field.required)
  const fields = Object.fromEntries(required.map(field => [field.name, exampleOf(field, value)]))
  return { asset_id: 'asset', event_time: noon, ...fields, [name]: value }
}

function exampleOf(field: Field, value: number): unknown {
  if (field.type === 'enum') return field.values[0]
  if (field.type === 'string') return 'x'
  if (field.type === 'timestamp') return noon
  return field.type === 'boolean' ? true : Math.min(value, field.max ?? value)
}

async function ingestOf(record: RecordDefinition) {
  const ingest = memoryIngest()
  const kind: AssetKind = record.kinds[0]!
  const asset = { asset_id: 'asset', record: record.id, kind, county: '370102' }
  expect(await ingest.intake.assets([asset])).toMatchObject({ accepted: 1 })
  return ingest
}

describe('a number of a reading', () => {
  it.each(numbers)(
    'of %s, %s, has two bounds, which are taken and stored, and nothing beyond',
    async (id, name, field) => {
      const { min = Number.NaN, max = Number.NaN } = field
      expect(max).toBeGreaterThan(min)
      const { intake, sent } = await ingestOf(records[id])
      const step = field.type === 'long' ? 1 : max * 1e-9
      const values = [min, max, min - step, max + step, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]
      const receipt = await intake.readings(
        id,
        values.map(value => readingWith(records[id], name, value)),
      )
      expect(receipt.accepted).toBe(2)
      expect(receipt.rejected.map(({ index, code }) => [index, code])).toEqual(
        [2, 3, 4, 5].map(index => [index, 'field_range']),
      )
      const stored = sent.filter(({ topic }) => topic === `telemetry.${id}`)
      expect(stored.map(({ value }) => value[name])).toEqual([min, max])
    },
  )
})

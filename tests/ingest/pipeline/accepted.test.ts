import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Field, type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { counties } from '../../../schemas/regions/regions.ts'
import { memoryIngest, noon } from '../memory-ingest.ts'

function arbitraryOf(field: Field): fc.Arbitrary<unknown> {
  switch (field.type) {
    case 'double':
      return fc.double({ min: field.min ?? -1e9, max: field.max ?? 1e9, noNaN: true })
    case 'long':
      return fc.integer({ min: field.min ?? 0, max: field.max ?? 1_000_000 })
    case 'boolean':
      return fc.boolean()
    case 'string':
      return fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
    case 'timestamp':
      return fc.integer({ min: noon - 1e9, max: noon })
    case 'enum':
      return fc.constantFrom(...field.values)
  }
}

/** A reading that keeps the rules: where two related fields are out of order they change places. */
function readingOf(id: RecordId): fc.Arbitrary<Record<string, unknown>> {
  const { fields, rules } = records[id]
  const values = Object.fromEntries(
    fields.map(field => {
      if (field.setByIngest) return [field.name, fc.constant(null)]
      return [field.name, field.required ? arbitraryOf(field) : fc.option(arbitraryOf(field))]
    }),
  )
  return fc
    .record(values)
    .map(reading => {
      const ordered: Record<string, unknown> = { ...reading }
      for (let round = 0; round < rules.length; round++) {
        for (const { lesser, greater } of rules) {
          const low = ordered[lesser]
          const high = ordered[greater]
          if (typeof low === 'number' && typeof high === 'number' && low > high) ordered[lesser] = high
        }
      }
      return ordered
    })
    .filter(reading => Object.values(reading).some(value => value !== null))
}

describe('what is accepted', () => {
  it.each(recordIds)('any valid %s is stored as it was sent', async record => {
    const kind = records[record].kinds[0]!
    await fc.assert(
      fc.asyncProperty(
        readingOf(record),
        fc.integer({ min: noon - 1e9, max: noon + 60_000 }),
        fc.constantFrom(...counties),
        fc.boolean(),
        async (reading, eventTime, county, asText) => {
          const { intake, sent } = memoryIngest()
          await intake.assets([{ asset_id: 'a', record, kind, county: county.code }])
          const time = asText ? new Date(eventTime).toISOString() : eventTime
          const receipt = await intake.readings(
            record,
            [{ asset_id: 'a', event_time: time, ...reading }],
            's',
          )
          expect(receipt).toEqual({ accepted: 1, rejected: [] })
          const { suspect_reason: doubted } = sent.at(-1)!.value
          expect(sent.at(-1)).toEqual({
            topic: `telemetry.${record}`,
            key: 'a',
            value: {
              asset_id: 'a',
              county: county.code,
              event_time: eventTime,
              received_at: noon,
              source: 's',
              ...reading,
              // What is doubtful: doubts.test.ts.
              ...(typeof doubted === 'string' ? { suspect: true, suspect_reason: doubted } : {}),
            },
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it('says which fields it did not take, and that the sender named itself', async () => {
    const { intake, sent } = memoryIngest()
    await intake.assets([{ asset_id: 'a', record: 'rack', kind: 'rack', county: '370102' }])
    const item = {
      asset_id: 'a',
      event_time: noon,
      in_use: true,
      fan_rpm: 3,
      county: '110101',
      source: 'dcim',
    }
    expect(await intake.readings('rack', [item], 'other')).toEqual({
      accepted: 1,
      rejected: [],
      ignored_fields: ['fan_rpm'],
    })
    expect(sent[1]!.value).toMatchObject({ county: '370102', source: 'dcim', it_power_w: null })
  })
})

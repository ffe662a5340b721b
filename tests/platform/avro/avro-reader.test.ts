import { expect, test } from 'vitest'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { schemaText } from '../../../platform/avro/avro-schemas.ts'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { CodedError } from '../../../platform/errors.ts'

const topic = 'telemetry.redriven'
const redriven = {
  rejected_partition: 0,
  rejected_offset: 7,
  record: 'rack',
  code: 'unknown_asset',
  redriven_at: 1_767_225_600_000,
}

/** A registry that knows our schema as 1, and answers otherwise as it is told. */
class ToldRegistry extends SchemaRegistry {
  readonly asked: number[] = []
  private readonly answers: Readonly<Record<number, string | CodedError>>

  constructor(answers: Readonly<Record<number, string | CodedError>> = {}) {
    super('http://unused')
    this.answers = { 1: schemaText('redriven'), ...answers }
  }

  override async register(): Promise<number> {
    return 1
  }

  override async schemaOf(id: number): Promise<string> {
    this.asked.push(id)
    const answer = this.answers[id] ?? new CodedError('schema_unknown', `no schema ${id}`)
    if (answer instanceof CodedError) throw answer
    return answer
  }
}

async function written(id: number): Promise<{ value: Buffer }> {
  const writer = await avroWriter<object>(new ToldRegistry(), topic)
  const value = writer.encode(redriven)
  value.writeInt32BE(id, 1)
  return { value }
}

test('messages of a schema that nobody knows stand in the way of no others', async () => {
  const registry = new ToldRegistry()
  const reader = new AvroReader<object>(registry, topic)
  const [ours, foreign] = [await written(1), await written(99)]
  await reader.prepare([ours, foreign, ours])
  expect(reader.decode(ours.value)).toMatchObject(redriven)
  expect(() => reader.decode(foreign.value)).toThrow('schema 99 cannot be used: no schema 99')
  // Not with the schema of the one before.
  expect(reader.decode(ours.value)).toMatchObject(redriven)
  await reader.prepare([foreign])
  expect(registry.asked, 'it may be registered yet').toEqual([1, 99, 99])
})

test.each([
  ['of another kind', '{"type":"object","properties":{}}'],
  ['that do not go with ours', '{"type":"record","name":"redriven","fields":[{"name":"x","type":"int"}]}'],
])('nor do messages of schemas %s', async (_, schema) => {
  const reader = new AvroReader<object>(new ToldRegistry({ 98: schema }), topic)
  const foreign = await written(98)
  await reader.prepare([foreign])
  expect(() => reader.decode(foreign.value)).toThrow('schema 98 cannot be used')
})

test.each(['registry_unavailable', 'registry_refused'])('%s is no fault of the messages', async code => {
  const reader = new AvroReader<object>(new ToldRegistry({ 97: new CodedError(code, 'away') }), topic)
  await expect(reader.prepare([await written(97)])).rejects.toThrow('away')
})

import { once } from 'node:events'
import avro from 'avsc'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseSchema, schemaText } from '../../../../platform/avro/avro-schemas.ts'
import { buildContainer, containerHeader } from '../../../../processors/archive/sinks/avro-container.ts'

const text = schemaText('rack')
const rack = parseSchema(text)
const header = containerHeader(text)

/** Reads a container as any Avro library would. */
async function read(container: Buffer): Promise<Record<string, unknown>[]> {
  const decoder = new avro.streams.BlockDecoder()
  const rows: Record<string, unknown>[] = []
  decoder.on('data', row => rows.push({ ...row }))
  const end = once(decoder, 'end')
  decoder.end(container)
  await end
  return rows
}

function wire(reading: object): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), rack.toBuffer(reading)])
}

const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const reading = fc.record({
  asset_id: fc.string(),
  county: fc.constantFrom('370102', '370402'),
  event_time: fc.nat(2 ** 41),
  received_at: fc.nat(2 ** 41),
  source: nullable(fc.string()),
  it_power_w: nullable(fc.double({ noNaN: true })),
  inlet_temp_c: nullable(fc.double({ noNaN: true })),
  humidity_pct: nullable(fc.double({ noNaN: true })),
  in_use: nullable(fc.boolean()),
  suspect: nullable(fc.boolean()),
  suspect_reason: nullable(fc.string()),
})

it('gives every reading back with its place in the log, whatever the readings are', async () => {
  const place = fc.record({ partition: fc.nat(2 ** 31 - 1), offset: fc.nat(2 ** 52) })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(reading, place)), async items => {
      const data = items.map(([value, at]) => ({ ...at, value: wire(value) }))
      const rows = await read(buildContainer(header, data))
      expect(rows).toEqual(
        items.map(([value, { partition, offset }]) => ({
          ...value,
          kafka_partition: partition,
          kafka_offset: offset,
        })),
      )
    }),
  )
})

it('reads data of an older writer, which has fewer fields', async () => {
  const schema = JSON.parse(text)
  const older = { ...schema, fields: schema.fields.slice(0, 6) }
  const type = avro.Type.forSchema(older)
  const value = {
    asset_id: 'r1',
    county: '370102',
    event_time: 1,
    received_at: 2,
    source: null,
    it_power_w: 10,
  }
  const datum = Buffer.concat([Buffer.from([0, 0, 0, 0, 6]), type.toBuffer(value)])
  const container = buildContainer(containerHeader(JSON.stringify(older)), [
    { value: datum, partition: 3, offset: 4 },
  ])
  expect(await read(container)).toEqual([{ ...value, kafka_partition: 3, kafka_offset: 4 }])
})

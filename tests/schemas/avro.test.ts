import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import avsc from 'avsc'
import { describe, expect, test } from 'vitest'
import { topics } from '../../schemas/topics.ts'

const folder = join(import.meta.dirname, '../../schemas/avro')
const released = join(folder, 'released')
const names = readdirSync(released).filter(name => name.endsWith('.avsc'))

interface RecordSchema {
  readonly fields: readonly { readonly name: string; readonly type: unknown; readonly default?: unknown }[]
}

const read = (file: string): RecordSchema => JSON.parse(readFileSync(file, 'utf8'))
const typeOf = (schema: RecordSchema) => avsc.Type.forSchema(schema as unknown as avsc.Schema)
/** Throws where a reader of `reader` cannot read what was written as `writer`. */
const canRead = (reader: RecordSchema, writer: RecordSchema) => typeOf(reader).createResolver(typeOf(writer))

describe('Avro schemas', () => {
  test('there is one for every topic, and a released one', () => {
    for (const { schema } of topics) {
      expect(() => typeOf(read(join(folder, `${schema}.avsc`)))).not.toThrow()
      expect(names).toContain(`${schema}.avsc`)
    }
  })

  test.each(names)('%s reads what was written before it, and is read by what was released', name => {
    const now = read(join(folder, name))
    const before = read(join(released, name))
    expect(() => canRead(now, before), 'new reader, old message').not.toThrow()
    expect(() => canRead(before, now), 'old reader, new message').not.toThrow()
  })

  test.each(names)(
    '%s: a new field without a default would fail here, one with a default would not',
    name => {
      const before = read(join(released, name))
      const bare: RecordSchema = { ...before, fields: [...before.fields, { name: 'added', type: 'string' }] }
      const safe: RecordSchema = {
        ...before,
        fields: [...before.fields, { name: 'added', type: ['null', 'string'], default: null }],
      }
      expect(() => canRead(bare, before)).toThrow(/added/)
      expect(() => canRead(safe, before)).not.toThrow()
    },
  )

  test.each(names)('%s: a field may not be taken away or change its type', name => {
    const before = read(join(released, name))
    const [first] = before.fields
    const without: RecordSchema = { ...before, fields: before.fields.slice(1) }
    const retyped: RecordSchema = {
      ...before,
      fields: [{ name: first!.name, type: 'boolean' }, ...before.fields.slice(1)],
    }
    expect(() => canRead(before, without)).toThrow()
    expect(() => canRead(retyped, before)).toThrow()
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import avro, { type Schema, type Type } from 'avsc'

const folder = join(import.meta.dirname, '../../schemas/avro')

/** The text of schemas/avro/<name>.avsc. */
export function schemaText(name: string): string {
  return readFileSync(join(folder, `${name}.avsc`), 'utf8')
}

/** The names of the fields of schemas/avro/<name>.avsc, in order. */
export function schemaFields(name: string): readonly string[] {
  const { fields }: { readonly fields: readonly { readonly name: string }[] } = JSON.parse(schemaText(name))
  return fields.map(field => field.name)
}

export function parseSchema(text: string): Type {
  const schema: Schema = JSON.parse(text)
  return avro.Type.forSchema(schema)
}

/** The same record with only these fields: what a reader asks for that needs no more. */
export function projectSchema(text: string, fields: readonly string[]): Type {
  const schema: { fields: { name: string }[] } = JSON.parse(text)
  const wanted = new Set(fields)
  return avro.Type.forSchema({
    ...schema,
    fields: schema.fields.filter(field => wanted.has(field.name)),
  } as unknown as Schema)
}

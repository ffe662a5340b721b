import type { Field, RecordDefinition } from './record.ts'
import { fieldsOf } from './records.ts'

interface AvroField {
  readonly name: string
  readonly doc: string
  readonly type: unknown
  readonly default?: null
}

/** The Avro schema of a record type, from its definition. */
export function recordSchema(record: RecordDefinition): object {
  return {
    type: 'record',
    name: record.id,
    namespace: 'citybrain',
    doc: record.doc,
    fields: fieldsOf(record).map(avroField),
  }
}

function avroField(field: Field): AvroField {
  const { name, doc } = field
  const type = avroType(field)
  return field.required ? { name, doc, type } : { name, doc, type: ['null', type], default: null }
}

function avroType(field: Field): unknown {
  switch (field.type) {
    case 'timestamp':
      return { type: 'long', logicalType: 'timestamp-millis' }
    case 'enum':
      return { type: 'enum', name: field.name, symbols: field.values }
    default:
      return field.type
  }
}

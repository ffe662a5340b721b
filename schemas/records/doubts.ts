import type { Doubt, Field } from './record.ts'

/** The two fields of a record with doubts. */
export const suspectFields: readonly Field[] = [
  {
    name: 'suspect',
    type: 'boolean',
    doc: 'The device marked its values as unreliable, or ingest doubts them',
  },
  { name: 'suspect_reason', type: 'string', setByIngest: true, doc: 'Why ingest doubts them' },
]

const doc =
  'A number is 65535, 2147483647 or 4294967295, the greatest of 16 or 32 bits: it stands for no value, or for one that ran over'

/** The greatest numbers of 16 bits, and of 32 bits with and without a sign. */
const greatest = [65_535, 2_147_483_647, 4_294_967_295] as const

/**
 * Doubts where one of the fields is such a number: what a device sends in place of a value that it does not have, or of one
 * that has run over. Those beyond the bounds of a field are refused.
 */
export function absentValues(fields: readonly Field[]): readonly Doubt[] {
  return fields.flatMap(field => {
    const most = field.type === 'double' || field.type === 'long' ? (field.max ?? 0) : 0
    const numbers = greatest.filter(number => number <= most)
    if (numbers.length === 0) return []
    return [{ reason: 'absent_value', doc, when: [{ field: field.name, is: numbers }] }]
  })
}

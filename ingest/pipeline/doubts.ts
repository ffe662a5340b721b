import type { RecordDefinition } from '../../schemas/records/record.ts'
import type { Reading } from './reading.ts'

/** Marks a reading that no sound device gives as suspect, with the reason; compiled once per record type. */
export function doubter({ doubts = [] }: RecordDefinition): (reading: Reading) => void {
  const rules = doubts.map(({ reason, when }) => ({ reason, values: Object.entries(when) }))
  return reading => {
    for (const { reason, values } of rules) {
      if (!values.every(([field, of]) => of.some(value => value === reading[field]))) continue
      reading.suspect = true
      reading.suspect_reason = reason
      return
    }
  }
}

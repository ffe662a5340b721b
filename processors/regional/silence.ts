import type { RecordId } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'

/** Windows of event feeds say "nothing happened" for every region only while they are news. */
const newsMs = 3_600_000

/** Whether a final window is told for regions too where nobody reported. @param end of the window, epoch ms */
export function tellsOfSilence(record: RecordId, end: number, now: number): boolean {
  return records[record].periodic || end > now - newsMs
}

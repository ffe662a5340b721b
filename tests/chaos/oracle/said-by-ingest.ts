import type { RecordId } from '../../../schemas/records/record.ts'

/** What ingest says of a reading besides what the device sent: a rack without power at 0 °C has no sensors. */
export function saidByIngest(
  record: RecordId,
  { it_power_w, inlet_temp_c }: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const isAbsent = record === 'rack' && inlet_temp_c === 0 && (it_power_w ?? 0) === 0
  return isAbsent ? { suspect: true, suspect_reason: 'absent_sensor' } : {}
}

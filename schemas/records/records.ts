import { facility, rack } from './datacenter.ts'
import { gridDefect, gridInspection } from './grid.ts'
import { parking } from './parking.ts'
import { radioAlarm, radioPm } from './radio.ts'
import { commonFields, type Field, type RecordDefinition, type RecordId } from './record.ts'

/** Every record type, by id. */
export const records: Readonly<Record<RecordId, RecordDefinition>> = {
  radio_pm: radioPm,
  radio_alarm: radioAlarm,
  rack,
  facility,
  grid_inspection: gridInspection,
  grid_defect: gridDefect,
  parking,
}

/** All fields of a reading in Avro and SQL order: the common ones, then the record's own. */
export function fieldsOf(record: RecordDefinition): readonly Field[] {
  return [...commonFields, ...record.fields]
}

import type { RecordId } from '../records/record.ts'
import { facility, rack } from './datacenter.ts'
import { gridDefect, gridInspection } from './grid.ts'
import type { MeasureSet } from './measure.ts'
import { parking } from './parking.ts'
import { radioAlarm, radioPm } from './radio.ts'

/** The measures of every record type. */
export const measureSets: Readonly<Record<RecordId, MeasureSet>> = {
  radio_pm: radioPm,
  radio_alarm: radioAlarm,
  rack,
  facility,
  grid_inspection: gridInspection,
  grid_defect: gridDefect,
  parking,
}

import type { RecordId } from '../../../schemas/records/record.ts'
import type { Item } from '../feeds/feed.ts'

type Change = (item: Item) => Omit<Item, 'asset_id' | 'event_time'>

const number = (value: Item[string] | undefined): number => (typeof value === 'number' ? value : 0)

/** Values as broken devices send them; each breaks a range or a relation of its record, so the door refuses it. */
const changes: Readonly<Record<RecordId, readonly Change[]>> = {
  radio_pm: [
    item => ({ rrc_estab_succ: number(item.rrc_estab_att) + 3 }),
    item => ({ energy_kwh: -number(item.energy_kwh) - 0.001 }),
    item => ({ unavailable_s: number(item.period_s) * 2 }),
    item => ({ prb_used_dl: number(item.prb_avail_dl) + 65_535 }),
  ],
  rack: [
    item => ({ inlet_temp_c: Math.round(number(item.inlet_temp_c) * 100) }),
    () => ({ it_power_w: -1 }),
    () => ({ humidity_pct: 1023 }),
  ],
  facility: [
    item => ({ it_energy_kwh: number(item.total_energy_kwh) * 2 + 1 }),
    item => ({ total_energy_kwh: -number(item.total_energy_kwh) - 1 }),
  ],
  grid_inspection: [item => ({ from_km: number(item.to_km) + 0.5 })],
  // More free spaces than there are: fewer than none occupied. Fewer free ones than none: more occupied than there are.
  parking: [
    item => ({ occupied: -1 - (number(item.occupied) % 40) }),
    item => ({ occupied: number(item.capacity) + 7 }),
  ],
  radio_alarm: [() => ({ perceived_severity: 'Critical' })],
  grid_defect: [() => ({ grade: '3' })],
}

/** Fields that devices leave out when a sensor fails. */
const forgettable: Readonly<Record<RecordId, readonly string[]>> = {
  radio_pm: ['energy_kwh', 'pdcp_volume_ul_mbit', 'ho_exec_succ', 'drb_session_s', 'rrc_estab_att'],
  rack: ['humidity_pct', 'inlet_temp_c', 'it_power_w'],
  facility: ['cooling_energy_kwh', 'total_energy_kwh'],
  grid_inspection: ['images'],
  parking: ['entries', 'exits', 'occupied'],
  radio_alarm: ['specific_problem'],
  grid_defect: [],
}

export function breakItem(record: RecordId, item: Item, dice: number): Item {
  const options = changes[record]
  const change = options[dice % options.length]
  return { ...item, ...change?.(item) }
}

export function forgetField(record: RecordId, item: Item, dice: number): Item {
  const options = forgettable[record]
  const field = options[dice % options.length]
  return field === undefined ? item : { ...item, [field]: null }
}

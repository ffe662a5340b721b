import type { Measure, MeasureSet } from './measure.ts'

/** Attempts and successes are added only from readings that give both. */
const pair = (attempts: string, successes: string): Measure[] => [
  { id: attempts, op: 'sum', of: attempts, given: [successes], unit: '1' },
  { id: successes, op: 'sum', of: successes, given: [attempts], unit: '1' },
]

const volume = { pdcp_volume_dl_mbit: 1, pdcp_volume_ul_mbit: 1 }

export const radioPm: MeasureSet = {
  record: 'radio_pm',
  measures: [
    ...pair('rrc_estab_att', 'rrc_estab_succ'),
    ...pair('uectx_estab_att', 'uectx_estab_succ'),
    ...pair('drb_estab_att', 'drb_estab_succ'),
    { id: 'drb_rel_act', op: 'sum', of: 'drb_rel_act', given: ['drb_session_s'], unit: '1' },
    { id: 'drb_session_s', op: 'sum', of: 'drb_session_s', given: ['drb_rel_act'], unit: 's' },
    ...pair('prb_avail_dl', 'prb_used_dl'),
    ...pair('ho_prep_att', 'ho_prep_succ'),
    ...pair('ho_exec_att', 'ho_exec_succ'),
    { id: 'volume_dl_mbit', op: 'sum', of: 'pdcp_volume_dl_mbit', given: ['period_s'], unit: 'Mbit' },
    { id: 'volume_dl_period_s', op: 'sum', of: 'period_s', given: ['pdcp_volume_dl_mbit'], unit: 's' },
    { id: 'volume_mbit', op: 'sum', of: volume, given: ['energy_kwh'], unit: 'Mbit' },
    { id: 'energy_kwh', op: 'sum', of: 'energy_kwh', given: Object.keys(volume), unit: 'kWh' },
    { id: 'available_s', op: 'sum', of: { period_s: 1, unavailable_s: -1 }, unit: 's' },
    { id: 'availability_period_s', op: 'sum', of: 'period_s', given: ['unavailable_s'], unit: 's' },
  ],
}

export const radioAlarm: MeasureSet = {
  record: 'radio_alarm',
  measures: [
    { id: 'raised', op: 'count', where: { field: 'state', is: 'raised' }, unit: '1' },
    { id: 'cleared', op: 'count', where: { field: 'state', is: 'cleared' }, unit: '1' },
  ],
}

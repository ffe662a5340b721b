import { absentValues, suspectFields } from './doubts.ts'
import type { Doubt, Field, RecordDefinition } from './record.ts'

/** @param max more than one cell can count in a day: what is above it is a mistake of unit, or no counter */
const counter = (name: string, doc: string, max: number): Field => ({
  name,
  type: 'double',
  min: 0,
  max,
  doc,
})
const attempts = (name: string, doc: string) => counter(name, doc, 1e9)
/** Resource blocks of all slots of a day, of a carrier with 273 of them: 1e12 at most. */
const blocks = (name: string, doc: string) => counter(name, doc, 1e12)
/** At 100 Gbit/s: 8.64e9 Mbit. */
const megabits = (name: string, doc: string) => counter(name, doc, 1e10)

// 400 kW all day.
const energy = counter('energy_kwh', 'PEE.Energy, kWh', 10_000)
const unavailable = counter(
  'unavailable_s',
  'Time in the period in which the cell was not available, s',
  86_400,
)
const counts: readonly Field[] = [
  attempts('rrc_estab_att', 'RRC.ConnEstabAtt'),
  attempts('rrc_estab_succ', 'RRC.ConnEstabSucc'),
  attempts('uectx_estab_att', 'UECNTX.ConnEstabAtt'),
  attempts('uectx_estab_succ', 'UECNTX.ConnEstabSucc'),
  attempts('drb_estab_att', 'DRB.EstabAtt'),
  attempts('drb_estab_succ', 'DRB.EstabSucc'),
  attempts('drb_rel_act', 'DRB.RelActNbr: active bearers released abnormally'),
  // 100,000 bearers at once, all day.
  counter('drb_session_s', 'DRB.SessionTime, s', 1e10),
  blocks('prb_used_dl', 'RRU.PrbUsedDl, PRB'),
  blocks('prb_avail_dl', 'RRU.PrbAvailDl, PRB'),
  attempts('ho_prep_att', 'MM.HoPrepInterReq'),
  attempts('ho_prep_succ', 'MM.HoPrepInterSucc'),
  attempts('ho_exec_att', 'MM.HoExeInterReq'),
  attempts('ho_exec_succ', 'MM.HoExeInterSucc'),
  megabits('pdcp_volume_dl_mbit', 'DRB.PdcpSduVolumeDL, Mbit'),
  megabits('pdcp_volume_ul_mbit', 'DRB.PdcpSduVolumeUL, Mbit'),
]

/** The bounds of counters are those of a day. In a shorter period a cell counts as much less. */
function beyondPeriod({ name, ...field }: Field): readonly Doubt[] {
  const ofDay = field.type === 'double' ? field.max : undefined
  if (ofDay === undefined) return []
  const doc =
    'A counter is more than a cell can count in its period: bounds are of a day, and shrink with the period'
  return [
    {
      reason: 'beyond_period',
      doc,
      when: [{ field: name, above: { times: ofDay / 24, period: 'period_s' } }],
    },
  ]
}

/** Performance counters of one 5G cell and period (3GPP TS 28.552). */
export const radioPm: RecordDefinition = {
  id: 'radio_pm',
  feed: 'radio',
  doc: 'Performance counters of one NR cell for one granularity period (3GPP TS 28.552)',
  periodic: true,
  kinds: ['cell'],
  suspectField: 'suspect',
  fields: [
    { name: 'period_s', type: 'long', min: 1, max: 86_400, doc: 'Granularity period, s' },
    ...counts,
    energy,
    unavailable,
    ...suspectFields,
  ],
  doubts: [
    ...absentValues([...counts, unavailable]),
    ...counts.flatMap(beyondPeriod),
    {
      reason: 'above_rated',
      doc: 'More than 40 kW in the period, which is no cell: the register of a meter, or another unit',
      when: [{ field: 'energy_kwh', above: { times: 40, period: 'period_s' } }],
    },
  ],
  rules: [
    { lesser: 'rrc_estab_succ', greater: 'rrc_estab_att' },
    { lesser: 'uectx_estab_succ', greater: 'uectx_estab_att' },
    { lesser: 'drb_estab_succ', greater: 'drb_estab_att' },
    { lesser: 'ho_prep_succ', greater: 'ho_prep_att' },
    { lesser: 'ho_exec_succ', greater: 'ho_exec_att' },
    { lesser: 'prb_used_dl', greater: 'prb_avail_dl' },
    { lesser: 'unavailable_s', greater: 'period_s' },
  ],
}

/** Device alarms (3GPP TS 28.111, ITU-T X.733); raise and clear pair by alarm_id. */
export const radioAlarm: RecordDefinition = {
  id: 'radio_alarm',
  feed: 'radio',
  doc: 'Device alarm, raised or cleared (3GPP TS 28.111, ITU-T X.733)',
  periodic: false,
  kinds: ['site', 'cell'],
  identity: ['alarm_id', 'state'],
  fields: [
    { name: 'alarm_id', type: 'string', required: true, doc: 'Pairs the raise with the clear' },
    { name: 'state', type: 'enum', values: ['raised', 'cleared'], required: true, doc: 'Raised or cleared' },
    {
      name: 'perceived_severity',
      type: 'enum',
      values: ['CRITICAL', 'MAJOR', 'MINOR', 'WARNING', 'INDETERMINATE', 'CLEARED'],
      doc: 'X.733 perceived severity',
    },
    { name: 'probable_cause', type: 'string', doc: 'X.733 probable cause' },
    { name: 'specific_problem', type: 'string', doc: 'X.733 specific problem' },
  ],
  rules: [],
}

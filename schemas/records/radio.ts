import type { Field, RecordDefinition } from './record.ts'

const counter = (name: string, doc: string): Field => ({ name, type: 'double', min: 0, doc })

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
    counter('rrc_estab_att', 'RRC.ConnEstabAtt'),
    counter('rrc_estab_succ', 'RRC.ConnEstabSucc'),
    counter('uectx_estab_att', 'UECNTX.ConnEstabAtt'),
    counter('uectx_estab_succ', 'UECNTX.ConnEstabSucc'),
    counter('drb_estab_att', 'DRB.EstabAtt'),
    counter('drb_estab_succ', 'DRB.EstabSucc'),
    counter('drb_rel_act', 'DRB.RelActNbr: active bearers released abnormally'),
    counter('drb_session_s', 'DRB.SessionTime, s'),
    counter('prb_used_dl', 'RRU.PrbUsedDl, PRB'),
    counter('prb_avail_dl', 'RRU.PrbAvailDl, PRB'),
    counter('ho_prep_att', 'MM.HoPrepInterReq'),
    counter('ho_prep_succ', 'MM.HoPrepInterSucc'),
    counter('ho_exec_att', 'MM.HoExeInterReq'),
    counter('ho_exec_succ', 'MM.HoExeInterSucc'),
    counter('pdcp_volume_dl_mbit', 'DRB.PdcpSduVolumeDL, Mbit'),
    counter('pdcp_volume_ul_mbit', 'DRB.PdcpSduVolumeUL, Mbit'),
    counter('energy_kwh', 'PEE.Energy, kWh'),
    counter('unavailable_s', 'Time in the period in which the cell was not available, s'),
    { name: 'suspect', type: 'boolean', doc: 'The element marked its own counters as unreliable' },
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

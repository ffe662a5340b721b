/** Mean power, W: no field of `radio_pm`, kept aside to check the energy with. */
export const averagePower = 'average_power_w'

/** 3GPP TS 28.552 counters and the fields of `radio_pm` they fill. */
const counterFields = new Map([
  ['RRC.ConnEstabAtt', 'rrc_estab_att'],
  ['RRC.ConnEstabSucc', 'rrc_estab_succ'],
  ['UECNTX.ConnEstabAtt', 'uectx_estab_att'],
  ['UECNTX.ConnEstabSucc', 'uectx_estab_succ'],
  ['DRB.EstabAtt', 'drb_estab_att'],
  ['DRB.EstabSucc', 'drb_estab_succ'],
  ['DRB.RelActNbr', 'drb_rel_act'],
  ['DRB.SessionTime', 'drb_session_s'],
  ['RRU.PrbUsedDl', 'prb_used_dl'],
  ['RRU.PrbAvailDl', 'prb_avail_dl'],
  ['MM.HoPrepInterReq', 'ho_prep_att'],
  ['MM.HoPrepInterSucc', 'ho_prep_succ'],
  ['MM.HoExeInterReq', 'ho_exec_att'],
  ['MM.HoExeInterSucc', 'ho_exec_succ'],
  ['DRB.PdcpSduVolumeDL', 'pdcp_volume_dl_mbit'],
  ['DRB.PdcpSduVolumeUL', 'pdcp_volume_ul_mbit'],
  ['PEE.Energy', 'energy_kwh'],
  ['PEE.AvgPower', averagePower],
])

export type CounterUse = { readonly field: string } | 'part' | 'unknown'

/**
 * What becomes of a counter: a field; or it is a part (per slice, QoS class or cause) of one that is used as a whole,
 * whose own name may end in `.sum`; or nothing is known of it.
 */
export function useOfCounter(name: string): CounterUse {
  const whole = name.replace(/\.sum$/i, '')
  const field = counterFields.get(whole)
  if (field) return { field }
  const [family, counter] = name.split('.')
  return counterFields.has(`${family}.${counter}`) ? 'part' : 'unknown'
}

const joulesPerKwh = 3.6e6
/** By how much energy and mean power may disagree before the energy is taken to be in another unit. */
const tolerance = 2

/**
 * Energy of a period, kWh. PEE.Energy is in kWh (TS 28.552), but some elements report joules or a running total: where
 * the mean power, W, is given too and says something else, power x time is the energy.
 */
export function energyKwh(energy: number | null, powerW: number | null, periodS: number): number | null {
  if (powerW === null) return energy
  const byPower = (powerW * periodS) / joulesPerKwh
  if (energy === null) return byPower
  const agrees = energy <= byPower * tolerance && energy >= byPower / tolerance
  return agrees ? energy : byPower
}

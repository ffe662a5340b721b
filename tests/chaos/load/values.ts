import { hash, uniform } from '../../../ingest/simulator/random.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { edgesOf } from './edges.ts'
import type { LoadAsset } from './province.ts'

export type FieldValue = string | number | boolean | null
export type Values = Readonly<Record<string, FieldValue>>

/** A die of one reading: equal numbers for equal sides. */
interface Dice {
  /** In [0, 1). */
  share(side: number): number
  /** A whole number from 0 to `below` - 1. */
  whole(side: number, below: number): number
  /** In [0, below), with three decimals. */
  amount(side: number, below: number): number
  one<T>(side: number, of: readonly [T, ...T[]]): T
}

/** What is sent, and why ingest has to doubt it; null where it must not. */
export interface SentValues {
  readonly values: Values
  readonly doubt: string | null
}

/** How many readings are at the edge of what can be. */
const edgeShare = 0.03

/**
 * The fields of a reading, all of them valid. Equal for equal arguments; `variant` makes another reading of the same slot.
 * @param eventTime epoch ms
 */
export function valuesOf(
  record: RecordId,
  asset: LoadAsset,
  key: number,
  slot: number,
  variant: number,
  eventTime: number,
): SentValues {
  const dice = diceOf(key, slot, variant)
  const values = makers[record](dice, asset, eventTime, slot)
  const edges = dice.share(91) < edgeShare ? edgesOf(record, asset) : []
  const edge = edges[dice.whole(92, edges.length)]
  if (edge) return { values: { ...values, ...edge.values }, doubt: edge.doubt }
  return { values: dice.share(90) < 0.08 ? withGaps(values, optional[record], dice) : values, doubt: null }
}

function diceOf(key: number, slot: number, variant: number): Dice {
  const side = (number: number) => number + 1000 * variant
  const share = (number: number) => uniform(key, slot, side(number))
  return {
    share,
    whole: (number, below) => hash(key, slot, side(number)) % below,
    amount: (number, below) => Math.round(share(number) * below * 1000) / 1000,
    one: (number, of) => of[hash(key, slot, side(number)) % of.length] ?? of[0],
  }
}

type Maker = (dice: Dice, asset: LoadAsset, eventTime: number, slot: number) => Values

const makers: Readonly<Record<RecordId, Maker>> = {
  radio_pm: dice => {
    const pair = (name: string, side: number, most: number): Values => {
      // Cells without a single attempt: their regions' ratios may have an empty denominator.
      const attempts = dice.share(side) < 0.05 ? 0 : dice.whole(side + 1, most)
      return {
        [`${name}_att`]: attempts,
        [`${name}_succ`]: attempts - Math.floor(attempts * 0.2 * dice.share(side + 2)),
      }
    }
    const period = dice.one(1, [5, 60, 300, 900])
    const available = dice.amount(2, 100_000)
    return {
      period_s: period,
      ...pair('rrc_estab', 10, 400),
      ...pair('uectx_estab', 13, 350),
      ...pair('drb_estab', 16, 300),
      ...pair('ho_prep', 19, 90),
      ...pair('ho_exec', 22, 80),
      drb_rel_act: dice.whole(3, 6),
      drb_session_s: dice.amount(4, 20_000),
      prb_avail_dl: available,
      prb_used_dl: Math.floor(available * dice.share(5)),
      pdcp_volume_dl_mbit: dice.amount(6, 9000),
      pdcp_volume_ul_mbit: dice.amount(7, 900),
      energy_kwh: dice.amount(8, 0.05),
      unavailable_s: dice.share(9) < 0.8 ? 0 : dice.amount(30, period),
      suspect: dice.share(31) < 0.05,
    }
  },
  radio_alarm: (dice, asset, _eventTime, slot) => ({
    alarm_id: `${asset.asset_id}-${Math.floor(slot / 2)}`,
    state: slot % 2 === 0 ? 'raised' : 'cleared',
    perceived_severity: dice.one(1, ['CRITICAL', 'MAJOR', 'MINOR', 'WARNING', 'INDETERMINATE']),
    probable_cause: dice.one(2, ['powerProblem', 'lossOfSignal', '温度过高']),
    specific_problem: dice.one(3, ['VSWR', 'S1 link "down"', 'line\nbreak']),
  }),
  rack: dice => ({
    it_power_w: dice.amount(1, 12_000),
    inlet_temp_c: Math.round((14 + dice.share(2) * 18) * 10) / 10,
    humidity_pct: dice.amount(3, 100),
    in_use: dice.share(4) < 0.7,
  }),
  facility: dice => {
    const total = 1 + dice.amount(1, 900)
    const it = Math.floor(total * (0.5 + 0.4 * dice.share(2)) * 1000) / 1000
    return {
      period_s: dice.one(3, [60, 300]),
      total_energy_kwh: total,
      it_energy_kwh: it,
      cooling_energy_kwh: (total - it) / 2,
    }
  },
  grid_inspection: (dice, asset) => {
    const length = asset.length_km ?? 10
    const from = Math.floor(dice.share(1) * length * 10) / 10
    return {
      method: dice.share(2) < 0.7 ? 'unmanned' : 'manned',
      from_km: from,
      to_km: Math.min(length, from + dice.amount(3, 6)),
      images: dice.whole(4, 400),
    }
  },
  grid_defect: (dice, asset, eventTime, slot) => {
    const foundAt = eventTime - dice.whole(1, 86_400_000)
    const closed = slot % 3 === 2
    return {
      defect_id: `${asset.asset_id}-${Math.floor(slot / 3)}`,
      grade: dice.one(2, ['general', 'serious', 'critical']),
      state: closed ? 'closed' : 'open',
      found_at: dice.share(3) < 0.5 ? foundAt : new Date(foundAt).toISOString(),
      closed_at: closed ? eventTime : null,
    }
  },
  parking: (dice, asset) => {
    const capacity = asset.capacity ?? 100
    return {
      status: dice.share(1) < 0.9 ? 'open' : dice.one(2, ['closed', 'unknown']),
      capacity,
      occupied: dice.whole(3, capacity + 1),
      entries: dice.whole(4, 12),
      exits: dice.whole(5, 12),
    }
  },
}

/** Fields that a device may leave out; one of each record stays, so that its readings are never empty. */
const optional: Readonly<Record<RecordId, readonly string[]>> = {
  radio_pm: [
    ...['rrc_estab', 'uectx_estab', 'drb_estab', 'ho_prep', 'ho_exec'].flatMap(name => [
      `${name}_att`,
      `${name}_succ`,
    ]),
    ...['period_s', 'drb_rel_act', 'drb_session_s', 'prb_used_dl', 'prb_avail_dl', 'pdcp_volume_dl_mbit'],
    ...['pdcp_volume_ul_mbit', 'energy_kwh', 'unavailable_s'],
  ],
  radio_alarm: ['perceived_severity', 'probable_cause', 'specific_problem'],
  rack: ['it_power_w', 'inlet_temp_c', 'in_use'],
  facility: ['total_energy_kwh', 'it_energy_kwh', 'cooling_energy_kwh'],
  grid_inspection: ['images'],
  grid_defect: ['closed_at'],
  parking: ['status', 'capacity', 'occupied', 'exits'],
}

/** Some fields null, some absent: both mean that the device does not say. */
function withGaps(values: Values, fields: readonly string[], dice: Dice): Values {
  const gappy: Record<string, FieldValue> = { ...values }
  for (const [index, field] of fields.entries()) {
    const share = dice.share(100 + index)
    if (share < 0.25) gappy[field] = null
    else if (share < 0.4) delete gappy[field]
  }
  return gappy
}

import type { RecordId } from '../../../schemas/records/record.ts'
import { beyondOf } from './edges.ts'
import type { LoadAsset } from './province.ts'
import type { Values } from './values.ts'

/**
 * A reading's text as a broken device sends it: whenever and by whichever door it is read, it is refused.
 * Not always JSON: it goes on a line of its own.
 */
export function brokenText(record: RecordId, asset: LoadAsset, reading: Values, dice: number): string {
  const beyond = beyondOf(record, asset).map(
    (values): Change =>
      own => ({ ...own, ...values }),
  )
  const changes = [...everywhere, ...ownChanges[record], ...beyond]
  const change = changes[dice % changes.length]
  if (!change) throw new Error('no such change')
  const changed = change(reading)
  return typeof changed === 'string' ? changed : JSON.stringify(changed)
}

/** Text is sent as it is. */
type Change = (reading: Values) => Values | string

const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`

const everywhere: readonly Change[] = [
  ({ asset_id: _, ...rest }) => rest,
  reading => ({ ...reading, event_time: 'yesterday' }),
  reading => ({ ...reading, event_time: 946_684_800_000 }),
  // Half of a character.
  reading => ({ ...reading, source: '\ud83d' }),
  reading => JSON.stringify(reading).replace(/}$/, ',"source":NaN}'),
  reading => JSON.stringify({ ...reading, event_time: 'deep' }).replace('"deep"', deep),
  () => '17',
  () => '{"asset_id": "cut o',
]

const ownChanges: Readonly<Record<RecordId, readonly Change[]>> = {
  radio_pm: [
    reading => ({ ...reading, rrc_estab_att: 3, rrc_estab_succ: 7 }),
    reading => ({ ...reading, energy_kwh: -0.5 }),
    reading => ({ ...reading, period_s: 60, unavailable_s: 61 }),
    reading => ({ ...reading, suspect: 'yes' }),
    reading => ({ ...reading, drb_session_s: 1e300 }),
  ],
  radio_alarm: [
    reading => ({ ...reading, perceived_severity: 'Critical' }),
    reading => ({ ...reading, alarm_id: '' }),
  ],
  rack: [
    reading => ({ ...reading, it_power_w: -1 }),
    reading => ({ ...reading, inlet_temp_c: '24.5' }),
    reading => ({ ...reading, humidity_pct: 1023 }),
    ({ asset_id, event_time }) => JSON.stringify({ asset_id, event_time }),
  ],
  facility: [
    reading => ({ ...reading, total_energy_kwh: 10, it_energy_kwh: 11 }),
    reading => ({ ...reading, total_energy_kwh: 48_000_001 }),
  ],
  grid_inspection: [
    reading => ({ ...reading, from_km: 5, to_km: 4 }),
    reading => ({ ...reading, method: null }),
    reading => ({ ...reading, images: Number.MAX_SAFE_INTEGER }),
    // Its line has a hundred at most.
    reading => ({ ...reading, to_km: 9_000 }),
  ],
  grid_defect: [
    reading => ({ ...reading, grade: '3' }),
    // Epoch seconds.
    reading => ({ ...reading, found_at: 1_782_000_000 }),
  ],
  parking: [
    reading => ({ ...reading, occupied: -4 }),
    reading => ({ ...reading, capacity: 20, occupied: 21 }),
    reading => ({ ...reading, occupied: 1.5 }),
    reading => ({ ...reading, entries: Number.MAX_SAFE_INTEGER }),
    // It has 450 at most.
    reading => ({ ...reading, capacity: 99_999, occupied: 0 }),
  ],
}

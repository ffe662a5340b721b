import type { RecordId } from '../../../schemas/records/record.ts'
import type { LoadAsset } from './province.ts'
import type { Values } from './values.ts'

/** Values at a bound, and why ingest has to doubt them; null where it must not. */
export interface Edge {
  readonly values: Values
  readonly doubt: string | null
}

/**
 * What devices send at the bounds of fields, of what is registered and of what is doubted, on both sides of the last. The numbers
 * are written down here once more, so that a bound that moves is noticed. Never empty.
 */
export function edgesOf(record: RecordId, asset: LoadAsset): readonly Edge[] {
  return edges[record](asset)
}

/** What has to be refused: the first values beyond the bounds of fields and of what is registered. */
export function beyondOf(record: RecordId, asset: LoadAsset): readonly Values[] {
  return beyond[record](asset)
}

const sound = (...values: readonly Values[]): Edge[] => values.map(each => ({ values: each, doubt: null }))
const doubted = (doubt: string, ...values: readonly Values[]): Edge[] =>
  values.map(each => ({ values: each, doubt }))

const absentNumbers = [65_535, 2_147_483_647, 4_294_967_295]
const pairs = ['rrc_estab', 'uectx_estab', 'drb_estab', 'ho_prep', 'ho_exec']
/** Of a day; what a cell counts in a second is so much less. */
const mostOfDay: readonly (readonly [string, number])[] = [
  ...pairs.map(name => [`${name}_att`, 1e9] as const),
  ['drb_rel_act', 1e9],
  ['drb_session_s', 1e10],
  ['prb_avail_dl', 1e12],
  ['pdcp_volume_dl_mbit', 1e10],
  ['pdcp_volume_ul_mbit', 1e10],
]
/** Counters that are 0 go with every other one, as long as nothing of the period is above it. */
const silentCell: Values = {
  ...{ suspect: false, unavailable_s: 0, energy_kwh: 0, drb_rel_act: 0, drb_session_s: 0 },
  ...{ prb_avail_dl: 0, prb_used_dl: 0, pdcp_volume_dl_mbit: 0, pdcp_volume_ul_mbit: 0 },
  ...Object.fromEntries(pairs.flatMap(name => [`${name}_att`, `${name}_succ`].map(field => [field, 0]))),
}
const ofDay: Values = { ...silentCell, period_s: 86_400 }
const ofSecond: Values = { ...silentCell, period_s: 1 }
const daySeconds = 86_400

const edges: Readonly<Record<RecordId, (asset: LoadAsset) => readonly Edge[]>> = {
  radio_pm: () => [
    ...sound(
      ofSecond,
      { ...ofDay, ...Object.fromEntries(mostOfDay) },
      { ...ofDay, rrc_estab_att: 1e9, rrc_estab_succ: 1e9, prb_avail_dl: 1e12, prb_used_dl: 1e12 },
      { ...ofDay, unavailable_s: daySeconds },
      { ...ofDay, energy_kwh: 960 },
      ...mostOfDay.map(([field, most]) => ({ ...ofSecond, [field]: Math.floor(most / daySeconds) })),
      // What the element says itself needs no reason of ingest.
      { ...ofSecond, rrc_estab_att: 65_535, suspect: true },
    ),
    ...doubted(
      'beyond_period',
      ...mostOfDay.map(([field, most]) => ({ ...ofSecond, [field]: Math.floor(most / daySeconds) + 1 })),
      ...mostOfDay.map(([field, most]) => ({ ...ofSecond, [field]: most })),
    ),
    ...doubted('above_rated', { ...ofDay, energy_kwh: 960.001 }, { ...ofDay, energy_kwh: 10_000 }),
    ...doubted(
      'absent_value',
      ...mostOfDay.flatMap(([field, most]) =>
        absentNumbers.filter(number => number <= most).map(number => ({ ...ofDay, [field]: number })),
      ),
      { ...ofDay, unavailable_s: 65_535 },
    ),
  ],
  radio_alarm: () => sound({ probable_cause: '因'.repeat(1_024) }),
  rack: ({ capacity }) => [
    ...sound(
      { it_power_w: 0, inlet_temp_c: -20, humidity_pct: 0 },
      { inlet_temp_c: 80, humidity_pct: 100 },
      { it_power_w: 1, inlet_temp_c: 0 },
      { it_power_w: 0, inlet_temp_c: 0.1 },
      // Both ends of the recommended band.
      { inlet_temp_c: 18 },
      { inlet_temp_c: 27 },
    ),
    ...doubted('absent_sensor', { it_power_w: 0, inlet_temp_c: 0 }, { it_power_w: null, inlet_temp_c: 0 }),
    ...(capacity === undefined
      ? [
          ...sound({ it_power_w: 200_000 }),
          ...doubted('above_rated', { it_power_w: 200_001 }, { it_power_w: 500_000 }),
          ...doubted('absent_value', { it_power_w: 65_535 }),
        ]
      : [
          ...sound({ it_power_w: 1_000 * capacity }, { it_power_w: 1_250 * capacity }),
          ...doubted('above_rated', { it_power_w: 1_250 * capacity + 1 }, { it_power_w: 2_000 * capacity }),
        ]),
  ],
  facility: ({ capacity }) => {
    const energies = (period_s: number | null, total: number, it: number | null): Values => ({
      ...{ period_s, total_energy_kwh: total, it_energy_kwh: it, cooling_energy_kwh: 0 },
    })
    return [
      ...sound(energies(3_600, 500, 100), energies(3_600, 101, 100)),
      ...doubted('absent_meter', energies(1, 0, 0), energies(1, 0, null)),
      ...doubted('pue_implausible', energies(3_600, 500.1, 100), energies(3_600, 500, 0)),
      ...doubted('pue_implausible', energies(3_600, 100.9, 100), energies(3_600, 100, 100)),
      ...(capacity === undefined
        ? [
            ...sound(energies(3_600, 200_000, 100_000), energies(daySeconds, 4_800_000, 4_000_000)),
            ...doubted(
              'above_rated',
              energies(3_600, 200_001, 100_000),
              energies(daySeconds, 48_000_000, 48_000_000),
            ),
            ...doubted('absent_value', energies(daySeconds, 65_535, 50_000)),
          ]
        : [
            ...sound(energies(3_600, capacity, capacity / 2), energies(3_600, 1.25 * capacity, capacity)),
            ...doubted(
              'above_rated',
              energies(3_600, 1.25 * capacity + 1, capacity),
              energies(3_600, 2 * capacity, capacity),
              // Of a day, though its period is seconds.
              energies(null, 48 * capacity, 24 * capacity),
            ),
          ]),
    ]
  },
  grid_inspection: ({ length_km: km = 0 }) => [
    ...sound({ from_km: 0, to_km: 0, images: 10_000_000 }, { from_km: 0, to_km: km }),
    ...sound({ from_km: km, to_km: 1.1 * km }),
    ...doubted('beyond_line', { from_km: 0, to_km: 1.1 * km + 0.001 }, { from_km: 0, to_km: 1.25 * km }),
  ],
  grid_defect: () => sound({ found_at: '1965-03-01T00:00:00+08:00' }),
  parking: ({ capacity: spaces = 0 }) => {
    const lot = (status: string | null, capacity: number | null, occupied: number): Values => ({
      ...{ status, capacity, occupied, entries: 0, exits: 0 },
    })
    const full = lot('open', spaces, spaces)
    return [
      ...sound(
        lot('closed', 0, 0),
        full,
        lot('open', spaces, 0),
        lot('open', Math.floor(1.5 * spaces), spaces),
        lot('open', Math.ceil(spaces / 10) + 1, 0),
        { ...full, entries: 24 * spaces, exits: 24 * spaces },
        // Nothing is measured of how full it is.
        lot('open', null, 2 * spaces),
      ),
      ...doubted('no_spaces', lot('open', 0, 0), lot('unknown', 0, 0), lot(null, 0, 0)),
      ...doubted(
        'capacity_unlike_registered',
        lot('open', Math.floor(1.5 * spaces) + 1, spaces),
        lot('open', 2 * spaces, 0),
        lot('open', Math.ceil(spaces / 10) - 1, 0),
      ),
      ...doubted(
        'flow_beyond_spaces',
        { ...full, entries: 24 * spaces + 1 },
        { ...full, exits: 24 * spaces + 1 },
        { ...full, entries: 1_000_000, exits: 1_000_000 },
      ),
      ...doubted('absent_value', { ...full, entries: 65_535 }, { ...full, exits: 65_535 }),
    ]
  },
}

const beyond: Readonly<Record<RecordId, (asset: LoadAsset) => readonly Values[]>> = {
  radio_pm: () => [
    ...mostOfDay.map(([field, most]) => ({ ...ofDay, [field]: most * (1 + 1e-9) })),
    ...mostOfDay.map(([field]) => ({ ...ofDay, [field]: -1 })),
    { ...ofDay, energy_kwh: 10_000.001 },
    { ...ofDay, unavailable_s: 86_401 },
    { ...ofDay, rrc_estab_att: 4_294_967_295 },
  ],
  radio_alarm: () => [{ probable_cause: '因'.repeat(1_025) }],
  rack: ({ capacity }) => [
    { it_power_w: capacity === undefined ? 500_001 : 2_000 * capacity + 1 },
    { it_power_w: -1 },
    { inlet_temp_c: 80.1 },
    { inlet_temp_c: -20.1 },
    { humidity_pct: 100.1 },
  ],
  facility: ({ capacity }) =>
    capacity === undefined
      ? [{ total_energy_kwh: 48_000_001 }, { period_s: 86_401 }, { period_s: 0 }]
      : [
          { period_s: 3_600, total_energy_kwh: 2 * capacity + 1, it_energy_kwh: capacity },
          { period_s: null, total_energy_kwh: 48 * capacity + 1, it_energy_kwh: capacity },
        ],
  grid_inspection: ({ length_km: km = 0 }) => [
    { to_km: 1.25 * km + 0.001 },
    { from_km: -0.001 },
    { images: 10_000_001 },
  ],
  grid_defect: () => [{ found_at: 1_782_000_000 }, { closed_at: '2190-01-01T00:00:00Z' }],
  parking: ({ capacity: spaces = 0 }) => [
    { capacity: 2 * spaces + 1, occupied: 0 },
    { capacity: null, occupied: 2 * spaces + 1 },
    { capacity: 2_147_483_647 },
    { entries: 1_000_001 },
    { exits: -1 },
  ],
}

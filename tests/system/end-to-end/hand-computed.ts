/**
 * One window of a small province: what is registered, what is posted, and every expected value as literal arithmetic,
 * so that nothing of the product takes part in saying what is right.
 *
 * | county | city           | circle           |
 * |--------|----------------|------------------|
 * | 370102 | 370100 Jinan   | circle-shenghui  |
 * | 370103 | 370100 Jinan   | circle-shenghui  |
 * | 370303 | 370300 Zibo    | circle-shenghui  |
 * | 370202 | 370200 Qingdao | circle-jiaodong  |
 */

export const windowMs = 30_000

/** A county, its city, its circle, the province. */
export const levels = ['370102', '370100', 'circle-shenghui', '370000'] as const
export type Region = (typeof levels)[number]
type ByLevel = readonly [county: number, city: number, circle: number, province: number]

const asset = (asset_id: string, record: string, kind: string, county: string, rest: object = {}) => ({
  asset_id,
  record,
  kind,
  county,
  period_s: 10,
  ...rest,
})

const line = (asset_id: string, county: string, voltage_kv: number, length_km: number) =>
  asset(asset_id, 'grid_inspection', 'line', county, { period_s: null, voltage_kv, length_km })

export const assets: readonly object[] = [
  asset('cell-1', 'radio_pm', 'cell', '370102'),
  asset('cell-2', 'radio_pm', 'cell', '370103'),
  asset('cell-3', 'radio_pm', 'cell', '370303'),
  asset('cell-4', 'radio_pm', 'cell', '370202'),
  asset('site-1', 'radio_alarm', 'site', '370102', { period_s: null }),
  asset('site-4', 'radio_alarm', 'site', '370202', { period_s: null }),
  asset('rack-1', 'rack', 'rack', '370102'),
  asset('rack-2', 'rack', 'rack', '370102'),
  asset('rack-3', 'rack', 'rack', '370103'),
  asset('rack-silent', 'rack', 'rack', '370103'),
  asset('rack-5', 'rack', 'rack', '370303'),
  asset('rack-6', 'rack', 'rack', '370202'),
  asset('facility-1', 'facility', 'facility', '370102'),
  asset('facility-2', 'facility', 'facility', '370103'),
  asset('facility-3', 'facility', 'facility', '370303'),
  asset('facility-4', 'facility', 'facility', '370202'),
  line('line-1', '370102', 220, 20),
  line('line-2', '370103', 220, 10),
  line('line-3', '370303', 500, 40),
  line('line-4', '370202', 110, 30),
  asset('lot-1', 'parking', 'lot', '370102', { capacity: 100 }),
  asset('lot-2', 'parking', 'lot', '370102', { capacity: 500 }),
  asset('lot-3', 'parking', 'lot', '370103', { capacity: 200 }),
  asset('lot-4', 'parking', 'lot', '370303', { capacity: 50 }),
  asset('lot-5', 'parking', 'lot', '370202', { capacity: 250 }),
]

/** Pairs of attempts and successes for RRC, UE context, DRB; then PRB available and used. */
const counters = (rrc: Pair, uectx: Pair, drb: Pair, prb: Pair) => ({
  period_s: 30,
  rrc_estab_att: rrc[0],
  rrc_estab_succ: rrc[1],
  uectx_estab_att: uectx[0],
  uectx_estab_succ: uectx[1],
  drb_estab_att: drb[0],
  drb_estab_succ: drb[1],
  prb_avail_dl: prb[0],
  prb_used_dl: prb[1],
})
type Pair = readonly [attempts: number, successes: number]

type Post = readonly [record: string, items: readonly object[]]

/** What is posted first; times are of the window that starts at `start`. */
export function firstPosts(start: number): readonly Post[] {
  const at = (asset_id: string, second: number, fields: object) => ({
    asset_id,
    event_time: start + second * 1000,
    source: 'end-to-end',
    ...fields,
  })
  const found_at = start - 3_600_000
  return [
    [
      'radio_pm',
      [
        at('cell-1', 4, counters([100, 90], [80, 72], [50, 40], [1000, 250])),
        // Its own element says that these counters cannot be trusted.
        at('cell-1', 5, { ...counters([1000, 0], [1000, 0], [1000, 0], [9000, 9000]), suspect: true }),
        at('cell-2', 4, counters([60, 30], [20, 19], [30, 24], [500, 300])),
        at('cell-3', 4, counters([40, 20], [100, 95], [20, 20], [1000, 100])),
        at('cell-4', 4, counters([200, 199], [50, 50], [100, 90], [2000, 1400])),
      ],
    ],
    [
      'radio_alarm',
      [
        at('site-1', 2, { alarm_id: 'a1', state: 'raised', perceived_severity: 'CRITICAL' }),
        at('site-4', 2, { alarm_id: 'a2', state: 'raised', perceived_severity: 'CRITICAL' }),
        // Two of one millisecond.
        at('site-4', 2, { alarm_id: 'a3', state: 'raised', perceived_severity: 'CRITICAL' }),
        at('site-4', 6, { alarm_id: 'a3', state: 'cleared', perceived_severity: 'CLEARED' }),
      ],
    ],
    [
      'rack',
      [
        at('rack-1', 8, { it_power_w: 6000, inlet_temp_c: 29.5, in_use: true }),
        // Out of order.
        at('rack-1', 3, { it_power_w: 4000, inlet_temp_c: 22.5, in_use: true }),
        at('rack-2', 5, { it_power_w: 1000, inlet_temp_c: 18, in_use: false }),
        at('rack-3', 5, { it_power_w: 2500, inlet_temp_c: 27, in_use: true }),
        at('rack-5', 5, { it_power_w: 3000, inlet_temp_c: 31.25, in_use: true }),
        at('rack-6', 5, { it_power_w: 7000, inlet_temp_c: 24, in_use: false }),
      ],
    ],
    [
      'facility',
      [
        at('facility-1', 5, { period_s: 30, total_energy_kwh: 130, it_energy_kwh: 100 }),
        at('facility-2', 5, { period_s: 30, total_energy_kwh: 75, it_energy_kwh: 50 }),
        at('facility-3', 5, { period_s: 30, total_energy_kwh: 60, it_energy_kwh: 48 }),
        at('facility-4', 5, { period_s: 30, total_energy_kwh: 90, it_energy_kwh: 75 }),
      ],
    ],
    [
      'grid_inspection',
      [
        at('line-1', 9, { method: 'unmanned', from_km: 2, to_km: 10.5 }),
        // The same stretch once more, as a gateway sends it that heard no answer: the first one holds.
        at('line-1', 9, { method: 'manned', from_km: 2, to_km: 10.5 }),
        at('line-2', 4, { method: 'manned', from_km: 0, to_km: 4 }),
        at('line-3', 5, { method: 'unmanned', from_km: 10, to_km: 30 }),
        at('line-4', 6, { method: 'unmanned', from_km: 0, to_km: 12 }),
      ],
    ],
    [
      'grid_defect',
      [
        at('line-1', 3, { defect_id: 'd1', grade: 'critical', state: 'open', found_at }),
        at('line-1', 3, { defect_id: 'd2', grade: 'critical', state: 'open', found_at }),
        at('line-1', 7, {
          defect_id: 'd2',
          grade: 'critical',
          state: 'closed',
          found_at,
          closed_at: start + 6_000,
        }),
        at('line-3', 3, { defect_id: 'd3', grade: 'critical', state: 'open', found_at }),
        at('line-4', 3, { defect_id: 'd4', grade: 'general', state: 'open', found_at }),
      ],
    ],
    [
      'parking',
      [
        at('lot-1', 9, { status: 'open', capacity: 100, occupied: 60, exits: 4 }),
        at('lot-1', 9, { status: 'open', capacity: 100, occupied: 99, exits: 9 }),
        // No space of it is in service.
        at('lot-2', 5, { status: 'closed', capacity: 500, occupied: 0, exits: 0 }),
        at('lot-3', 5, { status: 'open', capacity: 200, occupied: 20, exits: 3 }),
        at('lot-4', 5, { status: 'open', capacity: 50, occupied: 45, exits: 5 }),
        at('lot-5', 5, { status: 'open', capacity: 250, occupied: 30, exits: 10 }),
        at('lot-3', 6, { status: 'open', capacity: 200, occupied: 201, exits: 3 }),
      ],
    ],
  ]
}

/** What is refused of the first posts: the record, which item of it, and why. */
export const refused = { record: 'parking', index: 6, code: 'field_relation', asset: 'lot-3' } as const

/** Comes after the provisional values have been seen, from before what was seen: still in time. */
export function lastPosts(start: number): readonly Post[] {
  return [
    [
      'parking',
      [
        {
          asset_id: 'lot-1',
          event_time: start + 3_000,
          status: 'open',
          capacity: 100,
          occupied: 40,
          exits: 6,
        },
      ],
    ],
  ]
}

/** Shown before the last posts, where enough has reported: the county and the province. Rates of events wait for the final window. */
export const provisional: Readonly<Record<string, { readonly county: number; readonly province: number }>> = {
  'radio.accessibility_pct': {
    county: (90 / 100) * (72 / 80) * (40 / 50) * 100,
    province: ((90 + 30 + 20 + 199) / 400) * ((72 + 19 + 95 + 50) / 250) * ((40 + 24 + 20 + 90) / 200) * 100,
  },
  'datacenter.pue': { county: 130 / 100, province: (130 + 75 + 60 + 90) / (100 + 50 + 48 + 75) },
  'parking.occupancy_pct': {
    county: (60 / 100) * 100,
    province: ((60 + 20 + 45 + 30) / (100 + 200 + 50 + 250)) * 100,
  },
}

/** Final values of the window, by level. */
export const final: Readonly<Record<string, ByLevel>> = {
  'radio.accessibility_pct': [
    (90 / 100) * (72 / 80) * (40 / 50) * 100,
    ((90 + 30) / (100 + 60)) * ((72 + 19) / (80 + 20)) * ((40 + 24) / (50 + 30)) * 100,
    ((90 + 30 + 20) / 200) * ((72 + 19 + 95) / 200) * ((40 + 24 + 20) / 100) * 100,
    ((90 + 30 + 20 + 199) / 400) * ((72 + 19 + 95 + 50) / 250) * ((40 + 24 + 20 + 90) / 200) * 100,
  ],
  'radio.prb_utilisation_dl_pct': [
    (250 / 1000) * 100,
    (550 / 1500) * 100,
    (650 / 2500) * 100,
    (2050 / 4500) * 100,
  ],
  'radio.cells_reporting': [1, 2, 3, 4],
  // An hour has 120 windows of 30 s.
  'radio.alarms_raised': [1 * 120, 1 * 120, 1 * 120, 3 * 120],
  'datacenter.pue': [130 / 100, (130 + 75) / 150, (130 + 75 + 60) / 198, (130 + 75 + 60 + 90) / 273],
  // rack-1 weighs 1, though it reports twice.
  'datacenter.racks_in_use_pct': [(1 / 2) * 100, (2 / 3) * 100, (3 / 4) * 100, (3 / 5) * 100],
  'datacenter.inlet_max_c': [29.5, 29.5, 31.25, 31.25],
  // rack-1 is in the band in half of its readings.
  'datacenter.inlet_in_band_pct': [(1.5 / 2) * 100, (2.5 / 3) * 100, (2.5 / 4) * 100, (3.5 / 5) * 100],
  // rack-1 weighs as its mean, 5 kW.
  'datacenter.it_load_kw': [5 + 1, 5 + 1 + 2.5, 5 + 1 + 2.5 + 3, 5 + 1 + 2.5 + 3 + 7],
  'datacenter.coverage_pct': [(2 / 2) * 100, (3 / 4) * 100, (4 / 5) * 100, (5 / 6) * 100],
  'grid.inspected_km': [8.5 * 120, (8.5 + 4) * 120, (8.5 + 4 + 20) * 120, (8.5 + 4 + 20 + 12) * 120],
  // lot-1 weighs as its mean: 50 of 100.
  'parking.occupancy_pct': [
    (50 / 100) * 100,
    ((50 + 20) / 300) * 100,
    ((50 + 20 + 45) / 350) * 100,
    ((50 + 20 + 45 + 30) / 600) * 100,
  ],
  'parking.free_spaces': [50, 50 + 180, 50 + 180 + 5, 50 + 180 + 5 + 220],
  'parking.turnover_per_space_h': [(10 / 100) * 120, (13 / 300) * 120, (18 / 350) * 120, (28 / 600) * 120],
  'parking.lots_reporting': [2, 3, 4, 5],
}

/** Values of the census, which looks at what is stored at the end of every minute. */
export const census: Readonly<Record<string, ByLevel>> = {
  'radio.alarms_active_critical': [1, 1, 1, 2],
  'grid.defects_open_critical': [1, 1, 2, 2],
  'grid.unmanned_coverage_pct': [
    (8.5 / 20) * 100,
    (8.5 / (20 + 10)) * 100,
    ((8.5 + 20) / (20 + 10 + 40)) * 100,
    // 110 kV does not count.
    ((8.5 + 20) / (20 + 10 + 40)) * 100,
  ],
}

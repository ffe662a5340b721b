import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import type { AuditedSystem } from './audited-system.ts'

export const windowMs = 10_000
/** Two of one city, one of another in the same circle, one of another circle. */
const counties = ['370102', '370103', '370302', '371302']
const assetsPerCounty = 3

export type Reading = {
  readonly asset_id: string
  readonly event_time: number
  readonly [field: string]: unknown
}

export interface SentLoad {
  /** By record, every message that was sent and is a reading. */
  readonly readings: ReadonlyMap<RecordId, readonly Reading[]>
}

/** Some readings are kept and not measured. */
const doubted = (i: number) => ({
  suspect: i % 5 === 1,
  suspect_reason: i % 5 === 1 ? 'of_this_test' : null,
})

const values: Readonly<Record<RecordId, (i: number) => Record<string, unknown>>> = {
  radio_pm: i => ({
    ...Object.fromEntries(records.radio_pm.fields.map(({ name }) => [name, null])),
    period_s: 10,
    rrc_estab_att: 100 + i,
    rrc_estab_succ: 90,
    uectx_estab_att: 80,
    uectx_estab_succ: 70,
    drb_estab_att: 60,
    drb_estab_succ: i % 3 === 0 ? null : 55,
    unavailable_s: i % 4,
    suspect: i % 7 === 0,
  }),
  radio_alarm: i => ({
    alarm_id: `alarm-${i % 5}`,
    state: i % 2 === 0 ? 'raised' : 'cleared',
    perceived_severity: 'CRITICAL',
    probable_cause: null,
    specific_problem: null,
  }),
  rack: i => ({
    it_power_w: 1_000.25 + i / 3,
    inlet_temp_c: i % 6 === 0 ? null : 20 + (i % 9),
    humidity_pct: null,
    in_use: i % 3 > 0,
    ...doubted(i),
  }),
  facility: i => ({
    period_s: 10,
    total_energy_kwh: 14.5 + i,
    it_energy_kwh: 10 + i / 7,
    cooling_energy_kwh: null,
    ...doubted(i),
  }),
  grid_inspection: i => ({
    method: i % 2 === 0 ? 'unmanned' : 'manned',
    from_km: i,
    to_km: i + 0.7,
    images: i,
    ...doubted(i),
  }),
  grid_defect: i => ({
    defect_id: `defect-${i % 4}`,
    grade: 'critical',
    state: i % 3 === 0 ? 'closed' : 'open',
    found_at: 1,
    closed_at: null,
  }),
  parking: i => ({
    status: i % 8 === 0 ? 'closed' : 'open',
    capacity: 100,
    occupied: i % 90,
    entries: null,
    exits: i % 4,
    ...doubted(i),
  }),
}

const kinds: Readonly<Record<RecordId, string>> = {
  radio_pm: 'cell',
  radio_alarm: 'site',
  rack: 'rack',
  facility: 'facility',
  grid_inspection: 'line',
  grid_defect: 'line',
  parking: 'lot',
}

export function assetsOf(record: RecordId): { readonly asset_id: string; readonly county: string }[] {
  return counties.flatMap(county =>
    Array.from({ length: assetsPerCounty }, (_, i) => ({ asset_id: `${record}-${county}-${i}`, county })),
  )
}

export function reading(record: RecordId, asset: number, eventTime: number, seed: number): Reading {
  const { asset_id, county } = assetsOf(record)[asset]!
  return {
    asset_id,
    county,
    event_time: eventTime,
    received_at: eventTime,
    source: null,
    ...values[record](seed),
  }
}

/** One asset more than reports in every county, so that coverage is below 1. */
export async function registerAll(system: AuditedSystem): Promise<void> {
  const assets = recordIds.flatMap(record =>
    [
      ...assetsOf(record),
      ...counties.map(county => ({ asset_id: `${record}-${county}-silent`, county })),
    ].map(asset => ({
      ...asset,
      record,
      kind: kinds[record],
      name: null,
      lat: null,
      lon: null,
      period_s: 10,
      capacity: 100,
      length_km: 90,
      voltage_kv: 500,
      commissioned_at: null,
      retired_at: null,
      source_dataset: null,
      source_id: null,
      updated_at: 1,
    })),
  )
  await system.register(assets)
}

/** Two readings of every asset in every window; every tenth comes twice. */
export function regularReadings(record: RecordId, start: number, windows: number): Reading[] {
  const readings: Reading[] = []
  for (let half = 0; half < 2 * windows; half++) {
    for (let asset = 0; asset < counties.length * assetsPerCounty; asset++) {
      const seed = half * 31 + asset
      const one = reading(record, asset, start + half * (windowMs / 2) + asset * 7, seed)
      readings.push(one)
      if (seed % 10 === 0) readings.push({ ...one, received_at: one.event_time + 1 })
    }
  }
  return readings
}

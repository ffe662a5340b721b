import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { kpis } from '../../../schemas/kpis/kpis.ts'
import type { Cell } from '../../../schemas/protocol/stream.ts'
import { regions, withAncestors } from '../../../schemas/regions/regions.ts'

/*
 * Made-up values for looking at the wallboard and testing its behaviour without the pipeline. They only have to look
 * like a province: deterministic, different from region to region, moving slowly. Nothing here is a KPI.
 */

interface Shape {
  readonly base: number
  /** Difference between regions and over time, in the KPI's unit. */
  readonly spread: number
  /** Counts: a city's is the sum of its counties'. */
  readonly count?: true
  /** Share by which it grows from the beginning of the year to its end. */
  readonly grows?: number
}

const shapes: Readonly<Record<string, Shape>> = {
  'radio.accessibility_pct': { base: 99.4, spread: 0.5 },
  'radio.retainability_per_h': { base: 0.4, spread: 0.3 },
  'radio.handover_success_pct': { base: 98.6, spread: 0.9 },
  'radio.prb_utilisation_dl_pct': { base: 41, spread: 18 },
  'radio.energy_efficiency_bit_per_j': { base: 43_000, spread: 9_000 },
  'radio.availability_pct': { base: 99.9, spread: 0.1 },
  'radio.traffic_dl_gbit': { base: 62, spread: 25 },
  'radio.cells_reporting': { base: 48, spread: 30, count: true },
  'radio.alarms_raised': { base: 4, spread: 4, count: true },
  'radio.alarms_active_critical': { base: 0.5, spread: 1.2, count: true },
  'radio.sites_in_service': { base: 1_480, spread: 300, count: true, grows: 0.14 },
  'datacenter.it_load_kw': { base: 3_800, spread: 2_400, count: true },
  'datacenter.racks_in_use_pct': { base: 67, spread: 9 },
  'datacenter.inlet_in_band_pct': { base: 96, spread: 3 },
  'datacenter.inlet_max_c': { base: 27, spread: 4 },
  'datacenter.pue': { base: 1.27, spread: 0.06 },
  'datacenter.racks_in_service': { base: 2_420, spread: 700, count: true, grows: 0.2 },
  'grid.inspected_km': { base: 2.2, spread: 1.8, count: true },
  'grid.unmanned_coverage_pct': { base: 88, spread: 9, grows: 0.7 },
  'grid.defects_open_critical': { base: 0.3, spread: 0.8, count: true },
  'grid.defects_closed_on_time_pct': { base: 93, spread: 6 },
  'grid.coverage_pct': { base: 97, spread: 3 },
  'parking.occupancy_pct': { base: 64, spread: 20 },
  'parking.free_spaces': { base: 1_300, spread: 900, count: true },
  'parking.turnover_per_space_h': { base: 0.42, spread: 0.2 },
  'parking.lots_reporting': { base: 22, spread: 12, count: true },
  'parking.lots_this_year': { base: 6, spread: 3, count: true, grows: 1 },
}
const plain: Shape = { base: 98, spread: 2 }

interface County {
  readonly code: string
  /** Phase of its wave. */
  readonly phase: number
  readonly seed: number
  /** By KPI, from -1 to 1: where it stands among the others, near the rest of its city. */
  readonly places: ReadonlyMap<string, number>
}

/* A wall asks for hundreds of windows of the whole province at once: what never changes is worked out beforehand. */
const counties: readonly County[] = regions
  .filter(({ level }) => level === 'county')
  .map(({ code }) => {
    const placeOf = (kpi: string) =>
      noise(`${kpi}${withAncestors(code)[1]}`) * 1.4 + noise(`${kpi}${code}`) * 0.6 - 1
    return {
      code,
      phase: 6 * noise(code),
      seed: Number(code),
      places: new Map(kpis.map(({ id }) => [id, placeOf(id)])),
    }
  })

const countiesUnder = Map.groupBy(
  counties.flatMap(county => withAncestors(county.code).map(above => ({ above, county }))),
  ({ above }) => above,
)

/** Everything that can be wrong with a region, a feed or a window at a time. */
export interface Troubles {
  /** Regions that sent nothing since, epoch ms. */
  readonly outSince: ReadonlyMap<string, number>
  /** Share of expected assets that report, where it is not nearly all. */
  readonly thin: ReadonlyMap<string, number>
  /** Corrections by `kpi|region|window_start`. */
  readonly corrected: ReadonlyMap<string, number>
}

export function fakeCell(
  kpi: Kpi,
  region: string,
  start: number,
  windowMs: number,
  now: number,
  troubles: Troubles,
): Cell {
  const end = start + windowMs
  const isOut = withAncestors(region).some(code => (troubles.outSince.get(code) ?? Infinity) < end)
  const isEvent = kpi.of.startsWith('grid') || kpi.of.endsWith('census') || kpi.of === 'radio_alarm'
  const correction = troubles.corrected.get(`${kpi.id}|${region}|${start}`)
  const isFinal = now >= end + windowMs / 4
  const full = troubles.thin.get(region) ?? 0.965 + 0.035 * noise(`${region}${kpi.of}`)
  const revision = correction === undefined ? (isFinal ? 1 : 0) : 2
  const seen = Math.min(1, 0.7 + (0.3 * (now - start)) / windowMs)
  return {
    kpi: kpi.id,
    region,
    window_start: start,
    window_end: end,
    value: isOut ? null : (correction ?? valueAt(kpi, region, isFinal ? end : Math.min(now, end))),
    status: revision === 2 ? 'corrected' : isFinal ? 'final' : 'provisional',
    revision,
    // A final value has seen more than any provisional one of its window.
    version: Math.floor(isFinal ? end + windowMs : now),
    coverage: isEvent ? null : isOut ? 0 : isFinal ? full : full * seen,
    readings: isOut ? 0 : Math.round((countiesUnder.get(region)?.length ?? 1) * (windowMs / 1000) * 21),
    event_time_max: isOut ? null : Math.min(now, end) - 400,
  }
}

/** In the KPI's unit; the same for the same arguments. */
function valueAt(kpi: Kpi, region: string, at: number): number {
  const { base, spread, count, grows = 0 } = shapes[kpi.id] ?? plain
  const under = countiesUnder.get(region) ?? []
  const growth = 1 - grows * (1 - shareOfYear(at))
  let sum = 0
  for (const { county } of under) {
    const place = county.places.get(kpi.id) ?? 0
    const wave = Math.sin(at / 900_000 + county.phase) * 0.25 + flicker(county.seed, at) * 0.06
    sum += Math.max(0, base + spread * (place + wave)) * growth
  }
  const value = count ? sum : sum / under.length
  const top = kpi.atMost ?? (kpi.unit === '%' ? 100 : Infinity)
  return Math.min(top, count && kpi.decimals === 0 ? Math.round(value) : value)
}

function shareOfYear(at: number): number {
  const year = new Date(at).getUTCFullYear()
  return (at - Date.UTC(year, 0, 1)) / (Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1))
}

/** 0..1, another every five seconds. */
function flicker(seed: number, at: number): number {
  return mixed(Math.imul(seed, 16_777_619) ^ Math.floor(at / 5_000))
}

/** A few assets of every county that say nothing. */
export function fakeSilentAssets(region: string, now: number) {
  const records = ['rack', 'radio_pm', 'parking', 'facility']
  const assets = (countiesUnder.get(region) ?? []).flatMap(({ county: { code } }) => {
    const count = Math.floor(noise(`silent${code}`) * 4)
    return Array.from({ length: count }, (_, i) => {
      const record = records[Math.floor(noise(`${code}${i}`) * records.length)] ?? 'rack'
      const minutes = Math.floor(noise(`${code}ago${i}`) * 80)
      return {
        asset_id: `${record}-${code}-${i + 1}`,
        name: `${record}-${code}-${String(i + 1).padStart(4, '0')}`,
        record,
        county: code,
        last_reading: minutes > 60 ? null : now - (minutes + 2) * 60_000,
      }
    })
  })
  const expected = (countiesUnder.get(region)?.length ?? 0) * 420
  return { total: assets.length, expected, looked_back_ms: 3_600_000, assets: assets.slice(0, 100) }
}

/** 0..1, evenly spread, always the same for the same text (FNV-1a). */
function noise(text: string): number {
  let hash = 2_166_136_261
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619)
  return mixed(hash)
}

/** 0..1, whatever the bits were. */
function mixed(bits: number): number {
  const hash = Math.imul(bits ^ (bits >>> 15), 2_246_822_507)
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
}

/** Every KPI of every region. */
export const fakeCells: readonly { readonly kpi: Kpi; readonly region: string }[] = regions.flatMap(
  ({ code }) => kpis.map(kpi => ({ kpi, region: code })),
)

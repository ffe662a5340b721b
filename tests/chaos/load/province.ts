import { hash, split, uniform } from '../../../ingest/simulator/random.ts'
import type { AssetKind, RecordId } from '../../../schemas/records/record.ts'
import { childrenOf, regionOf, regions } from '../../../schemas/regions/regions.ts'

/** An asset as the load registers it. */
export interface LoadAsset {
  readonly asset_id: string
  readonly record: RecordId
  readonly kind: AssetKind
  readonly county: string
  readonly name: string
  /** Expected reporting period, s. */
  readonly period_s: number | null
  readonly capacity?: number
  readonly length_km?: number
  readonly voltage_kv?: number
  readonly commissioned_at?: string
  readonly retired_at?: string
}

/** What one asset sends of one record type, and through which gateway. */
export interface Stream {
  readonly asset: LoadAsset
  readonly record: RecordId
  readonly gateway: number
  /** Key of its randomness. */
  readonly key: number
  readonly periodMs: number
  /** When its first slot is due after the start. */
  readonly phaseMs: number
}

/** An asset is registered again, in another county of its city or in another city. */
export interface Move {
  readonly asset: LoadAsset
  /** The gateway that it sends through. */
  readonly gateway: number
  readonly county: string
  /** When, ms after the start. */
  readonly afterMs: number
}

export interface Province {
  readonly assets: readonly LoadAsset[]
  readonly streams: readonly Stream[]
  /** Of no asset more than one. */
  readonly moves: readonly Move[]
  /** How many; one has its place in each county. */
  readonly gateways: number
}

interface Kind {
  readonly kind: AssetKind
  readonly perCounty: number
  /** The record that its coverage counts in. */
  readonly record: RecordId
  /** Record -> how often it is sent, relative to the others. */
  readonly sends: Readonly<Partial<Record<RecordId, number>>>
}

const kinds: readonly Kind[] = [
  { kind: 'cell', perCounty: 9, record: 'radio_pm', sends: { radio_pm: 1, radio_alarm: 0.1 } },
  { kind: 'site', perCounty: 2, record: 'radio_alarm', sends: { radio_alarm: 0.3 } },
  { kind: 'rack', perCounty: 9, record: 'rack', sends: { rack: 2 } },
  { kind: 'facility', perCounty: 2, record: 'facility', sends: { facility: 1 } },
  {
    kind: 'line',
    perCounty: 2,
    record: 'grid_inspection',
    sends: { grid_inspection: 0.4, grid_defect: 0.3 },
  },
  { kind: 'lot', perCounty: 7, record: 'parking', sends: { parking: 2 } },
]

const citiesPerCircle = 2
const countiesPerCity = 2
/** Most assets report through the gateway of their county, the others through any. */
const atHome = 0.85

/** Share of the assets that move once. */
const moving = 0.15
const firstMoveMs = 20_000
const lastMoveMs = 20 * 60_000

/** Counties of two cities in each of the three circles, their assets, and what these send. Equal for equal seeds. */
export function province(seed: number, readingsPerSecond: number): Province {
  const key = split(seed, 'chaos load')
  const counties = countiesOf(key)
  const assets = counties.flatMap(county => assetsOf(key, seed, county))
  const talkative = assets.filter(asset => !silent(key, asset))
  const weight = talkative.reduce((sum, asset) => sum + weightOf(key, asset), 0)
  const streams = talkative.flatMap(asset => {
    const own = split(key, asset.asset_id)
    const gateway = gatewayOf(own, asset, counties)
    return Object.entries(sendsOf(asset)).map(([record, share]): Stream => {
      const streamKey = split(own, record)
      const periodMs = (1000 * weight) / (readingsPerSecond * share * paceOf(own))
      return {
        asset,
        record: record as RecordId,
        gateway,
        key: streamKey,
        periodMs,
        phaseMs: Math.floor(uniform(streamKey, 3) * periodMs),
      }
    })
  })
  const moves = talkative.flatMap(asset => moveOf(split(key, asset.asset_id), asset, counties))
  return { assets, streams, moves, gateways: counties.length }
}

function gatewayOf(own: number, { county }: LoadAsset, counties: readonly string[]): number {
  return uniform(own, 1) >= atHome ? hash(own, 2) % counties.length : counties.indexOf(county)
}

/** The first ones soon, and fewer and fewer up to the end of a long run. */
function moveOf(own: number, asset: LoadAsset, counties: readonly string[]): Move[] {
  if (uniform(own, 9) >= moving) return []
  const afterMs = Math.floor(firstMoveMs * (lastMoveMs / firstMoveMs) ** uniform(own, 10))
  const cityOf = (county: string) => regionOf(county)?.parent
  const inCity = uniform(own, 11) < 0.5
  const others = counties.filter(
    county => county !== asset.county && (cityOf(county) === cityOf(asset.county)) === inCity,
  )
  const county = others[hash(own, 12) % others.length]
  return county ? [{ asset, gateway: gatewayOf(own, asset, counties), county, afterMs }] : []
}

function countiesOf(key: number): readonly string[] {
  const circles = regions.filter(({ level }) => level === 'circle')
  const cities = circles.flatMap(({ code }) => choose(key, childrenOf(code), citiesPerCircle))
  return cities.flatMap(({ code }) => choose(key, childrenOf(code), countiesPerCity)).map(({ code }) => code)
}

function choose<T extends { readonly code: string }>(key: number, from: readonly T[], count: number): T[] {
  return from.toSorted((left, right) => split(key, left.code) - split(key, right.code)).slice(0, count)
}

function assetsOf(key: number, seed: number, county: string): LoadAsset[] {
  return kinds.flatMap(({ kind, perCounty, record }) =>
    Array.from({ length: perCounty }, (_, number): LoadAsset => {
      const asset_id = `chaos-${seed}-${county}-${kind}-${number}`
      const own = split(key, asset_id)
      return {
        asset_id,
        record,
        kind,
        county,
        name: `${kind} ${number} of ${county}`,
        period_s: periodOf(kind, own),
        ...ratedPower(kind, own),
        ...(kind === 'lot' ? { capacity: 50 + (hash(own, 4) % 400) } : {}),
        ...(kind === 'line'
          ? { length_km: 20 + (hash(own, 4) % 80), voltage_kv: number % 2 ? 220 : 500 }
          : {}),
        ...serviceOf(number, perCounty),
      }
    }),
  )
}

/** Of half of them it is registered, kW: more than they take. */
function ratedPower(kind: AssetKind, own: number): Pick<LoadAsset, 'capacity'> {
  if (uniform(own, 9) < 0.5) return {}
  if (kind === 'rack') return { capacity: 10 + (hash(own, 4) % 6) }
  return kind === 'facility' ? { capacity: 60_000 + (hash(own, 4) % 9_000) } : {}
}

/** Coverage must not depend on how fast the load runs, and some assets are due in a part of the windows only. */
function periodOf(kind: AssetKind, own: number): number | null {
  if (kind === 'site') return null
  if (kind === 'line') return 30 * 86_400
  return uniform(own, 5) < 0.15 ? 45 + (hash(own, 6) % 90) : 5
}

/** The last asset of a county was retired long ago and is not due; the first one is known since when. */
function serviceOf(number: number, perCounty: number): Partial<LoadAsset> {
  if (number === 0) return { commissioned_at: '2021-03-01T00:00:00+08:00' }
  if (perCounty > 2 && number === perCounty - 1)
    return { commissioned_at: '2015-01-01T00:00:00+08:00', retired_at: '2024-01-01T00:00:00+08:00' }
  return {}
}

/** Retired, or registered and never heard of: coverage stays below 100 %. */
function silent(key: number, asset: LoadAsset): boolean {
  return asset.retired_at !== undefined || uniform(split(key, asset.asset_id), 7) < 0.04
}

function sendsOf(asset: LoadAsset): Readonly<Partial<Record<RecordId, number>>> {
  return kinds.find(({ kind }) => kind === asset.kind)?.sends ?? {}
}

function weightOf(key: number, asset: LoadAsset): number {
  const shares = Object.values(sendsOf(asset)).reduce((sum, share) => sum + share, 0)
  return shares * paceOf(split(key, asset.asset_id))
}

/** Devices of one kind report more often than others, by their make: some 30 times as often as the slowest. */
function paceOf(own: number): number {
  return [0.2, 1, 1, 6][hash(own, 8) % 4] ?? 1
}

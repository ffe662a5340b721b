import type { AssetKind, RecordId } from '../../schemas/records/record.ts'
import { counties } from '../../schemas/regions/regions.ts'
import { facilityId, rackId } from './feeds/datacenter.ts'
import { inspectionPeriodS, type Line } from './feeds/lines.ts'
import { lotCapacity, lotCommissionedAt, lotId } from './feeds/parking.ts'
import { cellId, siteId } from './feeds/radio.ts'
import { dayMs, startOfYear } from './local-time.ts'
import {
  countIn,
  countyCode,
  countyOf,
  type Population,
  type Province,
  placeOf,
  withinCounty,
} from './province.ts'
import { split, uniform } from './random.ts'

/** An asset as `POST /v1/assets` takes it; times in epoch ms. */
export interface AssetItem {
  readonly asset_id: string
  readonly record: RecordId
  readonly kind: AssetKind
  readonly county: string
  readonly name: string
  readonly lat?: number
  readonly lon?: number
  readonly period_s?: number
  readonly capacity?: number
  readonly length_km?: number
  readonly voltage_kv?: number
  readonly commissioned_at: number
  readonly source_dataset: string
}

const source_dataset = 'simulated province'
const networkFrom = startOfYear(2019)

/** The transmission lines. */
export function* lineAssets(lines: readonly Line[]): Generator<AssetItem> {
  for (const { id, name, county, voltageKv, lengthKm } of lines) {
    yield {
      asset_id: id,
      record: 'grid_inspection',
      kind: 'line',
      county: countyCode(county),
      name,
      period_s: inspectionPeriodS,
      length_km: lengthKm,
      voltage_kv: voltageKv,
      commissioned_at: startOfYear(2010),
      source_dataset,
    }
  }
}

/** Everything but the lines, one by one: at the real size there are more than a million. */
export function* deviceAssets(province: Province): Generator<AssetItem> {
  const { seed, facilities, lots, racks, sites, cells, scale } = province
  yield* each(facilities, split(seed, 'facility assets'), '数据中心', (facility, base) => ({
    ...base,
    asset_id: facilityId(province, facility),
    record: 'facility',
    kind: 'facility',
    period_s: scale.periodS.facility,
    // Racks at 8 kW and what cools them.
    capacity: Math.ceil(
      (countIn(racks, countyOf(facilities, facility)) / countIn(facilities, countyOf(facilities, facility))) *
        12,
    ),
  }))
  yield* each(lots, split(seed, 'lot assets'), '停车场', (lot, base) => ({
    ...base,
    asset_id: lotId(province, lot),
    record: 'parking',
    kind: 'lot',
    period_s: scale.periodS.parking,
    capacity: lotCapacity(province, lot),
    commissioned_at: lotCommissionedAt(province, lot),
  }))
  yield* each(racks, split(seed, 'rack assets'), '机柜', (rack, base) => ({
    ...base,
    asset_id: rackId(province, rack),
    record: 'rack',
    kind: 'rack',
    period_s: scale.periodS.rack,
    // 8 kW at mean load, and its peaks.
    capacity: 12,
  }))
  // Sites report alarms, which are not periodic: nothing is expected of them.
  yield* each(sites, split(seed, 'site assets'), '5G基站', (site, base) => ({
    ...base,
    asset_id: siteId(province, site),
    record: 'radio_alarm',
    kind: 'site',
  }))
  yield* each(cells, split(seed, 'cell assets'), '小区', (cell, base) => ({
    ...base,
    asset_id: cellId(province, cell),
    record: 'radio_pm',
    kind: 'cell',
    period_s: scale.periodS.radio_pm,
  }))
}

type Base = Omit<AssetItem, 'asset_id' | 'record' | 'kind'>

/** What all devices of a kind have: a county, a name, a place, a day on which they went into service. */
function* each(
  population: Population,
  key: number,
  what: string,
  complete: (device: number, base: Base) => AssetItem,
): Generator<AssetItem> {
  for (let device = 0; device < population.size; device++) {
    const county = countyOf(population, device)
    yield complete(device, {
      county: countyCode(county),
      name: `${counties[county]?.zh ?? ''}${what}${withinCounty(population, device) + 1}`,
      ...placeOf(county, key, device),
      commissioned_at: networkFrom + Math.floor(uniform(key, device) * 5 * 365) * dayMs,
      source_dataset,
    })
  }
}

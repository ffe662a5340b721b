import type { RecordId } from '../../../schemas/records/record.ts'
import type { AcceptedReading, RegisteredAsset } from './accepted-reading.ts'
import { formulas } from './formulas.ts'
import { regionsOver } from './region-tree.ts'

/** What must be stored of one region and window. */
export interface ExpectedRegion {
  /** Distinct readings, unusable ones included. */
  readonly readings: number
  /** Distinct assets with a usable reading, each in the county of the first one. */
  readonly assets: number
  /** Assets that were due; one that reports less than once a window counts as the share of windows it is due in. */
  readonly expected: number
  /** 0..1; null where nothing was due. */
  readonly coverage: number | null
  readonly kpis: Readonly<Record<string, number | null>>
}

/** Kinds of asset that may send a record. */
const senders: Readonly<Record<RecordId, readonly string[]>> = {
  radio_pm: ['cell'],
  radio_alarm: ['site', 'cell'],
  rack: ['rack'],
  facility: ['facility'],
  grid_inspection: ['line'],
  grid_defect: ['line'],
  parking: ['lot'],
}

/** Records that come at regular times, so that silence is missing data. */
export const periodicRecords: readonly RecordId[] = ['radio_pm', 'rack', 'facility', 'parking']

/**
 * All regions of a window: those of its readings, and those of assets that may send the record.
 * @param readings the distinct readings of the window, those of one asset in the order of the log
 */
export function expectedWindow(
  record: RecordId,
  windowStart: number,
  sizeMs: number,
  readings: readonly AcceptedReading[],
  assets: readonly RegisteredAsset[],
): ReadonlyMap<string, ExpectedRegion> {
  const serving = assets
    .filter(({ kind }) => senders[record].includes(kind))
    .flatMap(asset => placeOf(asset, windowStart, windowStart + sizeMs))
  const readingsOf = byRegion(readings)
  const usable = readings.filter(({ suspect }) => suspect !== true)
  const usableOf = byRegion(usable)
  const countingIn = byRegion(atHome(usable))
  const assetsOf = byRegion(serving)
  const regions = new Set([...readingsOf.keys(), ...assetsOf.keys()])
  return new Map(
    [...regions].map(region => {
      const own = readingsOf.get(region) ?? []
      const ofAssets = countingIn.get(region) ?? []
      const reporting = new Set(ofAssets.map(({ assetId }) => assetId)).size
      const due = dueOf(record, assetsOf.get(region) ?? [], sizeMs)
      return [
        region,
        {
          readings: own.length,
          assets: reporting,
          expected: due,
          coverage: due > 0 ? Math.min(1, reporting / due) : null,
          kpis: formulas[record](
            usableOf.get(region) ?? [],
            { hours: sizeMs / 3_600_000, assets: reporting, due },
            ofAssets,
          ),
        },
      ]
    }),
  )
}

/** As if all readings of an asset carried the county of the first one. */
function atHome(readings: readonly AcceptedReading[]): AcceptedReading[] {
  return [...Map.groupBy(readings, ({ assetId }) => assetId).values()].flatMap(own =>
    own.map(reading => ({ ...reading, county: own[0]?.county ?? reading.county })),
  )
}

function byRegion<T extends { readonly county: string }>(of: readonly T[]): ReadonlyMap<string, T[]> {
  const regions = new Map<string, T[]>()
  for (const [county, own] of Map.groupBy(of, each => each.county)) {
    for (const region of regionsOver(county)) regions.set(region, (regions.get(region) ?? []).concat(own))
  }
  return regions
}

/** The asset where it is in the first moment of the window in which it serves; none where it never does. */
function placeOf(asset: RegisteredAsset, start: number, end: number): readonly RegisteredAsset[] {
  const { commissionedAt, expectedFrom, retiredAt, former = [] } = asset
  const first = Math.max(start, commissionedAt ?? expectedFrom ?? start)
  if (first >= end || (retiredAt !== null && retiredAt <= first)) return []
  return [{ ...asset, county: former.find(({ until }) => first < until)?.county ?? asset.county }]
}

function dueOf(record: RecordId, assets: readonly RegisteredAsset[], sizeMs: number): number {
  if (!periodicRecords.includes(record)) return 0
  return assets
    .filter(asset => asset.record === record)
    .reduce((due, { periodS }) => due + (periodS === null ? 0 : Math.min(1, sizeMs / (periodS * 1000))), 0)
}

import type { ClickHouseClient } from '@clickhouse/client'
import type { AcceptedReading, RegisteredAsset } from './accepted-reading.ts'
import type { Difference } from './difference.ts'

/** What nobody but ingest knows of an asset: since when it expects it, and when it moved. */
interface StoredAsset {
  readonly county: string
  readonly expectedFrom: number | null
  readonly former: readonly { readonly county: string; readonly until: number }[]
}

/** A 64-bit number may come as text. */
type Whole = number | string

/** What is stored in view `assets`, by asset. */
export async function storedAssets(
  client: ClickHouseClient,
  database: string,
): Promise<ReadonlyMap<string, StoredAsset>> {
  const answer = await client.query({
    query: `SELECT asset_id, county, toUnixTimestamp64Milli(expected_from) AS since,
        arrayMap(one -> one.county, former) AS counties, arrayMap(one -> toUnixTimestamp64Milli(one.until), former) AS ends
      FROM ${database}.assets`,
    format: 'JSONEachRow',
  })
  const rows = await answer.json<{
    asset_id: string
    county: string
    since: Whole | null
    counties: string[]
    ends: Whole[]
  }>()
  return new Map(
    rows.map(({ asset_id, county, since, counties, ends }) => [
      asset_id,
      {
        county,
        expectedFrom: since === null ? null : Number(since),
        former: counties.map((former, i) => ({ county: former, until: Number(ends[i]) })),
      },
    ]),
  )
}

/** The assets as they were registered, with what ingest adds; they have to be where they were registered, one after the other. */
export function compareAssets(
  registered: readonly RegisteredAsset[],
  stored: ReadonlyMap<string, StoredAsset>,
): { readonly assets: readonly RegisteredAsset[]; readonly differences: readonly Difference[] } {
  const differences: Difference[] = []
  const assets = registered.map(asset => {
    const found = stored.get(asset.assetId)
    const places = found ? [...found.former.map(({ county }) => county), found.county] : []
    if (places.join() !== asset.counties.join())
      differences.push(differs('assets.county', asset, places.join(), asset.counties.join()))
    return { ...asset, expectedFrom: found?.expectedFrom ?? null, former: found?.former ?? [] }
  })
  return { assets, differences }
}

/** Without a date of its own an asset is expected since its first reading at the latest. @param readings of one record type */
export function compareFirstReadings(
  record: string,
  assets: readonly RegisteredAsset[],
  readings: readonly AcceptedReading[],
): readonly Difference[] {
  const first = new Map<string, number>()
  for (const { assetId, eventTime } of readings)
    first.set(assetId, Math.min(eventTime, first.get(assetId) ?? eventTime))
  return assets.flatMap(asset => {
    const { assetId, commissionedAt, expectedFrom } = asset
    const earliest = first.get(assetId)
    if (asset.record !== record || commissionedAt !== null || earliest === undefined) return []
    const isRight = typeof expectedFrom === 'number' && expectedFrom <= earliest
    return isRight ? [] : [differs('assets.expected_from', asset, String(expectedFrom), String(earliest))]
  })
}

function differs(
  kpi: string,
  { assetId, counties }: RegisteredAsset,
  stored: string,
  expected: string,
): Difference {
  return { kpi, region: counties.at(-1) ?? '', windowStart: 0, stored, expected, identity: assetId }
}

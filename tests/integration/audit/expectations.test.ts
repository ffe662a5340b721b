import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asset, countyAt } from '../../../platform/assets/asset.ts'
import { lookAtExpectations } from '../../../processors/audit/checks/expectations.ts'
import { unexpectedWindows } from '../../../processors/correct/unexpected-windows.ts'
import { Expectations } from '../../../processors/regional/expectations.ts'
import { assetOf } from '../../processors/topology-driver.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

/**
 * Random assets that come, go and move: what the processors expect of windows, what the audit's SQL says, and what counting
 * asset by asset says, on a real ClickHouse.
 */
const minute = 60_000
const start = Date.UTC(2026, 7, 1)
const windows = 30
const counties = ['370102', '370103', '370202'] as const

let db: TestDatabase
let assets: readonly Asset[]

function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

function randomAssets(count: number): Asset[] {
  const random = numbers(20_261)
  const time = () => start + Math.floor(random() * (windows + 4) - 2) * minute + (random() < 0.3 ? 1 : 0)
  const maybe = () => (random() < 0.5 ? null : time())
  const county = () => counties[Math.floor(random() * counties.length)]!
  return Array.from({ length: count }, (_, i) =>
    assetOf({
      asset_id: `lot-${i}`,
      record: 'parking',
      kind: 'lot',
      county: county(),
      period_s: [null, 60, 420, 20][i % 4]!,
      commissioned_at: random() < 0.7 ? null : time(),
      expected_from: maybe(),
      retired_at: random() < 0.7 ? null : time(),
      former: Array.from({ length: Math.floor(random() * 4) }, time)
        .sort((one, other) => one - other)
        .map(until => ({ county: county(), until })),
    }),
  )
}

/** In a window an asset is where it is in the first millisecond of it in which it serves. */
function dueIn(windowStart: number): ReadonlyMap<string, number> {
  const due = new Map<string, number>()
  for (const asset of assets) {
    const { commissioned_at, expected_from, retired_at, period_s } = asset
    const first = Math.max(windowStart, commissioned_at ?? expected_from ?? 0)
    if (first >= windowStart + minute || (retired_at !== null && retired_at <= first)) continue
    const county = countyAt(asset, first)
    const share = period_s === null ? 0 : Math.min(1, minute / (period_s * 1_000))
    due.set(county, (due.get(county) ?? 0) + share)
  }
  return due
}

const starts = Array.from({ length: windows }, (_, i) => start + i * minute)

/** Tells windows as they are expected, but for what a change makes of it. */
async function tell(
  change: (windowStart: number, due: Map<string, number>) => void = () => undefined,
): Promise<void> {
  await db.client.command({ query: `TRUNCATE TABLE ${db.database}.measures_parking_windows_store` })
  const rows = starts.flatMap(windowStart => {
    const due = new Map(dueIn(windowStart))
    change(windowStart, due)
    return [...due].map(([county, expected]) => ({
      county,
      window_start: sqlTime(windowStart),
      window_end: sqlTime(windowStart + minute),
      status: 'final',
      revision: 1,
      version: 1,
      expected,
    }))
  })
  await db.insert('measures_parking_windows_store', rows)
}

const store = () => ({ clickhouse: db.client, database: db.database })
const audited = () =>
  lookAtExpectations(store(), {
    record: 'parking',
    sizeMs: minute,
    spans: [{ from: start, to: start + windows * minute }],
  })

async function swept(from = Number.NEGATIVE_INFINITY): Promise<number[]> {
  const expectations = new Expectations()
  for (const asset of assets) expectations.set(asset, undefined)
  const expected = expectations.of.bind(expectations)
  const found = await unexpectedWindows({ ...store(), record: 'parking', from, expected })
  return found.windows.map(({ windowStart }) => windowStart).sort((one, other) => one - other)
}

beforeAll(async () => {
  db = await testDatabase()
  assets = randomAssets(60)
  const time = (at: number | null) => (at === null ? null : sqlTime(at))
  await db.insert(
    'assets_store',
    assets.map(asset => ({
      ...asset,
      commissioned_at: time(asset.commissioned_at),
      expected_from: time(asset.expected_from),
      retired_at: time(asset.retired_at),
      updated_at: sqlTime(start),
      former: asset.former.map(({ county, until }) => ({ county, until: sqlTime(until) })),
    })),
  )
})
afterAll(() => db.drop())

describe('what was expected of windows', () => {
  it('is what the registry says, and the load has every kind of case', async () => {
    await tell()
    expect(await audited()).toEqual({ differing: 0, differences: [] })
    expect(await swept()).toEqual([])
    expect(assets.filter(({ former }) => former.length > 1).length).toBeGreaterThan(5)
    expect(new Set(starts.map(one => JSON.stringify([...dueIn(one)].sort()))).size).toBeGreaterThan(20)
  })

  it('is found out where a county was told with another number, or is not told', async () => {
    const [wrong, missing, gone] = [starts[5]!, starts[11]!, starts[17]!]
    await tell((windowStart, due) => {
      if (windowStart === wrong) due.set('370102', due.get('370102')! + 1e-6)
      if (windowStart === missing) due.delete('370103')
      if (windowStart === gone) due.set('370203', 1)
    })
    const { differing, differences } = await audited()
    expect(differing).toBe(3)
    expect(differences).toMatchObject([
      {
        ...{ check: 'expectations', record: 'parking', region: '370102', windowStart: wrong },
        ...{ windowEnd: wrong + minute, name: 'expected', revision: 1 },
      },
      { region: '370103', windowStart: missing, stored: null },
      { region: '370203', windowStart: gone, stored: 1, recomputed: 0 },
    ])
    expect(await swept()).toEqual([wrong, missing, gone])
    expect(await swept(missing + minute)).toEqual([gone])
    expect(await swept(missing + minute - 1)).toEqual([missing, gone])
  })
})

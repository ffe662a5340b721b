import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { AuditedSystem } from './audited-system.ts'
import { type Reading, reading, windowMs } from './province-load.ts'

/**
 * What the registry says is changed after windows were told, with real processors on real stores: in the end every window is of
 * one registry, in all its counties and what lies above them.
 */
const patience = { timeout: 120_000, interval: 300 }
const windows = 6
const start = Math.floor(Date.now() / windowMs) * windowMs - 40 * windowMs
const [here, sameCity, elsewhere] = ['370102', '370103', '370302']

let system: AuditedSystem
let version = 1

function lot(asset_id: string, county: string, more: object = {}) {
  return {
    ...{ asset_id, record: 'parking', kind: 'lot', county, name: null, lat: null, lon: null },
    ...{ period_s: 10, capacity: 100, length_km: null, voltage_kv: null },
    ...{ commissioned_at: null, retired_at: null, source_dataset: null, source_id: null },
    ...{ updated_at: version++, expected_from: null, former: [], ...more },
  }
}

/** Every lot of the load reports once in every window. */
function readings(): Reading[] {
  return Array.from({ length: windows }, (_, i) =>
    [0, 3, 6].map(asset => reading('parking', asset, start + i * windowMs + 1 + asset, i)),
  ).flat()
}

const lots = [
  lot('parking-370102-0', here),
  lot('parking-370103-0', sameCity),
  lot('parking-370302-0', elsewhere),
]

/** What is expected of a region in the windows of the load, as they are told last. */
async function expected(region: string): Promise<readonly number[]> {
  const rows = await system.rows<{ expected: number }>(
    `SELECT expected FROM citybrain.kpi WHERE kpi = 'parking.coverage_pct' AND region = '${region}'
       AND window_start >= fromUnixTimestamp64Milli(${start}) AND window_start < fromUnixTimestamp64Milli(${start + windows * windowMs})
     ORDER BY window_start`,
  )
  return rows.map(row => row.expected)
}

async function settles(wanted: Readonly<Record<string, readonly number[]>>): Promise<void> {
  await vi.waitFor(async () => {
    const found = await Promise.all(Object.keys(wanted).map(async region => [region, await expected(region)]))
    expect(Object.fromEntries(found)).toEqual(wanted)
  }, patience)
}

beforeAll(async () => {
  system = await AuditedSystem.start()
  await system.register(lots)
  await system.sendReadings('parking', readings())
  const each = Array.from({ length: windows }, () => 1)
  await settles({
    [here]: each,
    [sameCity]: each,
    [elsewhere]: each,
    370000: each.map(() => 3),
  })
})
afterAll(() => system.stop())

describe('a change of the registry', () => {
  it('has windows told anew from when on it makes a difference: of all counties and what lies above them', async () => {
    await system.register([
      lot('late', here, { commissioned_at: start + 3 * windowMs }),
      // Nothing was ever registered there: its rows come into being.
      lot('first of its county', '371302', { commissioned_at: start + 4 * windowMs }),
    ])
    await settles({
      [here]: [1, 1, 1, 2, 2, 2],
      [elsewhere]: [1, 1, 1, 1, 1, 1],
      371302: [1, 1],
      370100: [2, 2, 2, 3, 3, 3],
      370000: [3, 3, 3, 4, 5, 5],
    })
    const reasons = await system.rows<{ reason: string }>(
      `SELECT DISTINCT reason FROM citybrain.kpi_revisions WHERE revision > 1 AND region = '370000'`,
    )
    expect(reasons).toEqual([{ reason: 'registry' }])
    const counted = await system.rows<{ region: string }>(
      `SELECT region FROM citybrain.kpi_revisions WHERE revision > 1 AND region = '${elsewhere}'`,
    )
    expect(counted, 'what did not change is not told again').toEqual([])
  })

  it('takes an asset from where it was to where it is, from then on', async () => {
    const until = start + 2 * windowMs + 1
    await system.register([lot('parking-370302-0', '370303', { former: [{ county: elsewhere, until }] })])
    await settles({
      [elsewhere]: [1, 1, 1, 0, 0, 0],
      370303: [1, 1, 1],
      370300: [1, 1, 1, 1, 1, 1],
      370000: [3, 3, 3, 4, 5, 5],
    })
  })

  it('expects a lot that retired in the past no more', async () => {
    await system.register([
      lot('late', here, { commissioned_at: start + 3 * windowMs, retired_at: start + 5 * windowMs }),
    ])
    await settles({ [here]: [1, 1, 1, 2, 2, 1], 370000: [3, 3, 3, 4, 5, 4] })
  })

  it('reaches windows that a late reading touches while it is under way', async () => {
    await system.register([lot('heard of', sameCity, { expected_from: start + windowMs })])
    const one: Reading = {
      ...reading('parking', 0, start + 4 * windowMs + 5_000, 3),
      asset_id: 'heard of',
      county: sameCity,
    }
    await system.sendReadings('parking', [one])
    await settles({ [sameCity]: [1, 2, 2, 2, 2, 2], 370000: [3, 4, 4, 5, 6, 5] })
    const [late] = await system.rows<{ assets: string }>(
      `SELECT toString(assets) AS assets FROM citybrain.kpi WHERE kpi = 'parking.coverage_pct' AND region = '${sameCity}'
         AND window_start = fromUnixTimestamp64Milli(${start + 4 * windowMs})`,
    )
    expect(late).toEqual({ assets: '2' })
  })

  it('leaves nothing that the audit would name, and is named by it where it was not told', async () => {
    await vi.waitUntil(async () => (await system.audit(20_000, ['parking'])).moving.length === 0, patience)
    await system.stopProcessors()
    expect(await system.audit(2_000, ['parking'])).toMatchObject({ differences: [], untold: 0, moving: [] })
    await system.insert('assets_store', [
      {
        ...{ asset_id: 'unheard of', record: 'parking', kind: 'lot', county: here, period_s: 10 },
        commissioned_at: new Date(start + windowMs).toISOString().replace('T', ' ').replace('Z', ''),
        ...{ updated_at: '2026-01-01 00:00:00.000', kafka_partition: 0, kafka_offset: 1_000 },
      },
    ])
    const { differences } = await system.audit(2_000, ['parking'])
    expect(differences.map(one => [one.check, one.region, one.stored, one.recomputed]).slice(0, 5)).toEqual(
      [1, 1, 2, 2, 1].map(stored => ['expectations', here, stored, stored + 1]),
    )
  })
})

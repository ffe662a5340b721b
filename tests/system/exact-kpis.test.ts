import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import { afterAll, expect, test, vi } from 'vitest'
import { recordIds } from '../../schemas/records/record.ts'
import { clickhousePassword } from '../clickhouse-password.ts'
import { compareCensus, newestCensus } from './census-oracle.ts'
import { compareWithReadings, oracles } from './kpi-oracle.ts'
import { type Product, startProduct } from './product.ts'
import { startSettled } from './settled-product.ts'

/**
 * An hour of a simulated province, with duplicates, late readings and broken values, in two sittings with a Ctrl-C between:
 * the value every window was closed with, and its last one, equal an independent SQL query over the stored readings, for
 * every KPI and region.
 */
const minute = 60_000
const dataDir = await mkdtemp(join(tmpdir(), 'citybrain-hour-'))
const windows = recordIds.map(record => `${record}=60s/30s`).join(',')
const province = ['--scale', '0.05', '--seed', '11', '--windows', windows]
const simulated = [...province, '--speed', '60']
let product: Product | undefined

afterAll(async () => {
  await product?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

test('an hour of final KPIs equals SQL over the readings, across a stop and a start', {
  timeout: 900_000,
}, async () => {
  product = await startProduct({ dataDir, args: simulated })
  await finalWindows(clientOf(product), 32)
  expect(await product.stop(), 'Ctrl-C ends cleanly').toBe(0)

  product = await startProduct({ dataDir, args: simulated })
  const client = clientOf(product)
  await finalWindows(client, 64)
  expect(await product.stop()).toBe(0)

  // Nothing new comes in: what was accepted is archived to the end, and the census looks at readings that stand still.
  product = await startSettled({ dataDir, args: [...province, '--speed', '6'] })
  const settled = clientOf(product)
  for (const revision of ['first', 'last'] as const)
    for (const record of Object.keys(oracles) as (keyof typeof oracles)[]) {
      const comparison = await compareWithReadings(settled, record, revision)
      expect(comparison.differences, `${revision} of ${record}`).toEqual([])
      expect(comparison.regions, record).toBe(156)
      expect(comparison.windows, record).toBeGreaterThanOrEqual(60)
      expect(comparison.compared, record).toBeGreaterThanOrEqual(60 * 156)
    }
  const before = await newestCensus(settled)
  await vi.waitFor(async () => expect(await newestCensus(settled)).toBeGreaterThan(before + minute), {
    timeout: minute,
    interval: 500,
  })
  const census = await compareCensus(settled)
  expect(census.differences).toEqual([])
  expect(census.kpis).toEqual([
    'datacenter.racks_in_service',
    'grid.coverage_pct',
    'grid.defects_closed_on_time_pct',
    'grid.defects_open_critical',
    'grid.unmanned_coverage_pct',
    'parking.lots_this_year',
    'radio.alarms_active_critical',
    'radio.sites_in_service',
  ])
  const [late] = await rows(settled, 'SELECT sum(readings) AS late FROM citybrain.late')
  const [duplicates] = await rows(
    settled,
    'SELECT sum(duplicates) AS duplicates FROM citybrain.measures_rack',
  )
  expect(Number(duplicates?.duplicates), 'the field sent duplicates').toBeGreaterThan(0)
  expect(Number(late?.late), 'the field sent readings too late').toBeGreaterThan(0)
})

function clientOf({ urls }: Product): ClickHouseClient {
  return createClient({ url: urls.clickhouse, password: clickhousePassword, request_timeout: 120_000 })
}

async function rows(client: ClickHouseClient, query: string): Promise<Record<string, unknown>[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json()
}

/** Waits until every record that is compared has more final windows than this: events are rare, and theirs come later. */
async function finalWindows(client: ClickHouseClient, count: number): Promise<void> {
  const compared = Object.keys(oracles).sort()
  await vi.waitFor(
    async () => {
      const seen = await rows(
        client,
        `SELECT record, uniqExact(window_start) AS windows FROM citybrain.kpi
         WHERE region = '370000' AND record IN (${compared.map(record => `'${record}'`)}) GROUP BY record`,
      )
      expect(seen.map(({ record }) => record).sort()).toEqual(compared)
      for (const { record, windows: seenWindows } of seen)
        expect(Number(seenWindows), String(record)).toBeGreaterThan(count)
    },
    { timeout: 10 * minute, interval: 1_000 },
  )
}

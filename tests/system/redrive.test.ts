import type { ClickHouseClient } from '@clickhouse/client'
import type { Kafka } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../platform/config.ts'
import { kafkaClient, kafkaSettings } from '../../platform/kafka/kafka-client.ts'
import { createLog } from '../../platform/log.ts'
import { correctGroup } from '../../processors/correct/correct-runner.ts'
import { topicNames } from '../../schemas/topics.ts'
import { type Product, startProduct } from './product.ts'
import { databaseOf, fetchJson, postJson, runCommand } from './product-clients.ts'

/**
 * | lot                     | county | occupied / capacity |
 * |-------------------------|--------|---------------------|
 * | lot-1                   | 370102 |  40 / 100           |
 * | lot-2, registered later | 370102 | 150 / 200           |
 * | lot-3                   | 370202 |  30 / 100           |
 */
const lot = (asset_id: string, county: string) => ({
  asset_id,
  record: 'parking',
  kind: 'lot',
  county,
  period_s: 10,
})
const jinan = ['370102', '370100', 'circle-shenghui'] as const
const jinanAnd = (value: number, provinceValue: number, otherValue: number) => ({
  ...Object.fromEntries(jinan.map(region => [region, value])),
  370000: provinceValue,
  370202: otherValue,
})
type ByRegion = Readonly<Record<string, number>>
const first: Readonly<Record<string, ByRegion>> = {
  'parking.occupancy_pct': jinanAnd((100 * 40) / 100, (100 * 70) / 200, (100 * 30) / 100),
  'parking.free_spaces': jinanAnd(60, 60 + 70, 70),
  'parking.lots_reporting': jinanAnd(1, 2, 1),
}
const corrected: Readonly<Record<string, ByRegion>> = {
  'parking.occupancy_pct': jinanAnd((100 * 190) / 300, (100 * 220) / 400, (100 * 30) / 100),
  'parking.free_spaces': jinanAnd(60 + 50, 60 + 50 + 70, 70),
  'parking.lots_reporting': jinanAnd(2, 3, 1),
}
const windowMs = 10_000
const patience = { timeout: 180_000, interval: 300 }

let product: Product
let clickhouse: ClickHouseClient
let kafka: Kafka
let start: number
const readings = () =>
  [
    ['lot-1', 40, 100],
    ['lot-2', 150, 200],
    ['lot-3', 30, 100],
  ].map(([asset_id, occupied, capacity]) => ({
    asset_id,
    event_time: start + 2_000,
    status: 'open',
    occupied,
    capacity,
  }))

beforeAll(async () => {
  product = await startProduct({ args: ['--no-simulator', '--windows', 'parking=10s/2s'] })
  clickhouse = databaseOf(product)
  kafka = kafkaClient(
    readConfig(kafkaSettings, { KAFKA_BROKERS: product.urls.kafka }),
    'test',
    createLog('test', 'silent'),
  )
  await postJson(`${product.urls.ingest}/v1/assets`, [lot('lot-1', '370102'), lot('lot-3', '370202')])
  start = Math.floor(Date.now() / windowMs) * windowMs
  const answer = await postJson(`${product.urls.ingest}/v1/telemetry/parking`, readings())
  expect(answer).toEqual({
    accepted: 2,
    rejected: [expect.objectContaining({ index: 1, code: 'unknown_asset' })],
  })
})
afterAll(async () => {
  await clickhouse?.close()
  await product?.stop()
})

interface Row {
  readonly kpi: string
  readonly region: string
  readonly value: number
  readonly status: string
  readonly revision: number
}

/** Every KPI of a table in the window, by KPI and region; values to nine decimals, as sums depend on their order. */
async function stored(table: 'kpi' | 'kpi_revisions', condition = '1'): Promise<readonly Row[]> {
  const kpis = Object.keys(first)
    .map(kpi => `'${kpi}'`)
    .join(', ')
  return rows<Row>(`SELECT kpi, region, round(value, 9) AS value, status, revision FROM citybrain.${table}
    WHERE kpi IN (${kpis}) AND region IN ('370102', '370100', 'circle-shenghui', '370000', '370202')
      AND window_start = fromUnixTimestamp64Milli(${start}) AND ${condition} ORDER BY kpi, region`)
}

async function rows<T>(query: string): Promise<readonly T[]> {
  const result = await clickhouse.query({ query, format: 'JSONEachRow' })
  return result.json<T>()
}

/** The rows of `stored` for these values. */
function told(values: typeof first, status: (region: string) => 'final' | 'corrected'): readonly Row[] {
  const all = Object.entries(values).flatMap(([kpi, byRegion]) =>
    Object.entries(byRegion).map(([region, value]) => ({
      kpi,
      region,
      value: Math.round(value * 1e9) / 1e9,
      status: status(region),
      revision: status(region) === 'final' ? 1 : 2,
    })),
  )
  const key = ({ kpi, region }: Row) => `${kpi} ${region}`
  return all.sort((left, right) => (key(left) < key(right) ? -1 : 1))
}

const redrive = (...args: readonly string[]) => runCommand(product, 'ingest/redrive.ts', args)

async function numberOf(query: string): Promise<number> {
  const [row] = await rows<{ readonly n: number }>(`SELECT toInt32(count()) AS n FROM citybrain.${query}`)
  return row?.n ?? 0
}

/** Notices of late readings that correct has done with. */
async function noticesDone(): Promise<{ readonly done: number; readonly all: number }> {
  const admin = kafka.admin()
  await admin.connect()
  const log = await admin.fetchTopicOffsets(topicNames.late)
  const [group] = await admin.fetchOffsets({ groupId: correctGroup, topics: [topicNames.late] })
  await admin.disconnect()
  return {
    all: log.reduce((sum, { high }) => sum + Number(high), 0),
    done: (group?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0),
  }
}

const notTouched = (region: string) => (region === '370202' ? 'final' : 'corrected')

describe('a reading whose asset is registered after its window was final', () => {
  test('does not count in the final value', async () => {
    // Nothing more comes: the partitions become idle, and the clock closes the window.
    await expect.poll(() => stored('kpi'), patience).toEqual(told(first, () => 'final'))
  })

  test('counts in its own window once it is redriven, as revision 2 of every region above it', async () => {
    await postJson(`${product.urls.ingest}/v1/assets`, [lot('lot-2', '370102')])
    expect(await redrive('--reason', 'unknown_asset')).toContain('sent again: 1 accepted, 0 still refused')
    await expect.poll(() => stored('kpi'), patience).toEqual(told(corrected, notTouched))
    expect(await stored('kpi_revisions', 'revision = 1'), 'what was known before stays').toEqual(
      told(first, () => 'final'),
    )
    const reasons = await rows(`SELECT DISTINCT reason, toInt32(late_readings) AS late_readings
      FROM citybrain.kpi_revisions WHERE revision = 2`)
    expect(reasons).toEqual([{ reason: 'late', late_readings: 1 }])
  })

  test('is expected since then in every county and in what lies above it, as a recompute would have it', async () => {
    const expected = async () =>
      Object.fromEntries(
        (
          await rows<{ readonly region: string; readonly expected: number }>(
            `SELECT region, expected FROM citybrain.kpi WHERE kpi = 'parking.coverage_pct'
               AND window_start = fromUnixTimestamp64Milli(${start}) ORDER BY region`,
          )
        ).map(row => [row.region, row.expected]),
      )
    const one = { 370202: 1, 370200: 1, 'circle-jiaodong': 1 }
    await expect
      .poll(expected, patience)
      .toEqual({ ...one, ...Object.fromEntries(jinan.map(region => [region, 2])), 370000: 3 })
    const range = ['--from', new Date(start).toISOString(), '--to', new Date(start + windowMs).toISOString()]
    const told = await runCommand(product, 'processors/recompute.ts', [
      ...['--record', 'parking', ...range, '--dry-run'],
    ])
    expect(told).toContain('unchanged: 1\n')
  })

  test.each([...jinan, '370000', '370202'])('is in what REST says of %s', async region => {
    for (const [kpi, byRegion] of Object.entries(corrected)) {
      const { series } = await fetchJson<{ readonly series: readonly { readonly points: readonly Row[] }[] }>(
        `${product.urls.api}/v1/kpis/${kpi}/series?region=${region}&from=${start}&to=${start + 1}`,
      )
      const status = notTouched(region)
      const expected = { status, revision: status === 'final' ? 1 : 2 }
      expect(series[0]?.points).toEqual([expect.objectContaining(expected)])
      expect(series[0]?.points[0]?.value).toBeCloseTo(byRegion[region] as number, 9)
    }
  })

  test('changes nothing when it is redriven once more, even by force', async () => {
    expect(await redrive()).toContain('0 matched, 1 more were redriven before')
    expect(await numberOf('received_parking')).toBe(3)
    const { all } = await noticesDone()

    expect(await redrive('--again')).toContain('sent again: 1 accepted')
    await expect.poll(() => numberOf('received_parking'), patience).toBe(4)
    await expect
      .poll(async () => {
        const notices = await noticesDone()
        return notices.all > all && notices.done === notices.all
      }, patience)
      .toBe(true)
    expect(await numberOf('readings_parking')).toBe(3)
    expect(await stored('kpi')).toEqual(told(corrected, notTouched))
    expect(await numberOf('kpi_revisions WHERE revision > 2')).toBe(0)
  })
})

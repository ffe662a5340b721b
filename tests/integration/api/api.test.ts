import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Point } from '../../../api/history/read-series.ts'
import { clickhouseClient, clickhouseSettings } from '../../../platform/clickhouse/clickhouse-client.ts'
import { migrate } from '../../../platform/clickhouse/migrate.ts'
import { readConfig } from '../../../platform/config.ts'
import { createLog } from '../../../platform/log.ts'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import type { Cell } from '../../../schemas/protocol/stream.ts'
import { counties } from '../../../schemas/regions/regions.ts'
import { minute, window } from '../../api/cells/windows.ts'
import { clickhousePassword } from '../../clickhouse-password.ts'
import { type ApiProcess, startApi } from './api-process.ts'
import { RegionalProducer } from './regional-producer.ts'
import { StreamClient } from './stream-client.ts'

const database = 'citybrain_api_test'
const county = '371724'
const kpi = 'parking.occupancy_pct'
const cell = `${kpi}|${county}`
const subscription = {
  type: 'subscribe',
  id: 'county',
  regions: [county],
  depth: 'self',
  kpis: ['parking.*'],
} as const

/** Half an hour ago, so that every window of the test is within the last hour. */
const start = Math.floor(Date.now() / minute) * minute - 30 * minute
const at = { region: county, record: 'parking' } as const
const env = { CLICKHOUSE_DATABASE: database, STREAM_TICK_MS: '50' }

let clickhouse: ClickHouseClient
let producer: RegionalProducer
let api: ApiProcess

beforeAll(async () => {
  clickhouse = clickhouseClient(
    readConfig(clickhouseSettings, {
      CLICKHOUSE_URL: inject('clickhouseUrl'),
      CLICKHOUSE_PASSWORD: clickhousePassword,
    }),
  )
  await migrate(clickhouse, database, createLog('test', 'silent'))
  await store(0, { value: 33, revision: 1 })
  await store(1, { value: null, revision: 1 })
  await store(2, { value: 35, revision: 1 })
  await store(2, { value: 36, revision: 2 })
  producer = await RegionalProducer.connect()
  api = await startApi(env)
})

afterAll(async () => {
  await api?.stop()
  await producer?.disconnect()
  await clickhouse?.command({ query: `DROP DATABASE ${database}` })
  await clickhouse?.close()
})

async function store(number: number, { value, revision }: { value: number | null; revision: number }) {
  const opened = start + number * minute
  const common = {
    window_start: sqlTime(opened),
    window_end: sqlTime(opened + minute),
    status: revision > 1 ? 'corrected' : 'final',
    revision,
    version: 10 + revision,
    readings: 12,
    duplicates: 1,
    event_time_max: sqlTime(opened + 59_000),
    computed_at: sqlTime(opened + 70_000),
  }
  await clickhouse.insert({
    table: `${database}.kpi_windows_store`,
    format: 'JSONEachRow',
    values: [{ ...common, kpi, region: county, level: 'county', record: 'parking', value, coverage: 0.9 }],
  })
  await clickhouse.insert({
    table: `${database}.measures_parking_windows_store`,
    format: 'JSONEachRow',
    values: [
      {
        ...common,
        county,
        assets: 9,
        expected: 10,
        occupied: value ?? 0,
        capacity: value === null ? 0 : 100,
        occupancy_readings: value === null ? 0 : 12,
      },
    ],
  })
}

function sqlTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
}

async function get(path: string): Promise<Response> {
  return fetch(api.url + path)
}

/** The parts of an answer that a test looks at. */
interface Answer {
  readonly position: number
  readonly from: number
  readonly to: number
  readonly cells: readonly Cell[]
  readonly series: readonly { readonly region: string; readonly points: readonly Point[] }[]
  readonly records: readonly { readonly record: string }[]
}

async function json(path: string, base = api.url): Promise<Answer> {
  const response = await fetch(base + path)
  expect(response.status, path).toBe(200)
  return (await response.json()) as Answer
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${api.adminUrl}/metrics`)).text()
  const line = text.split('\n').find(candidate => candidate.startsWith(`citybrain_api_${name} `))
  return Number(line?.split(' ')[1])
}

describe('values', () => {
  test('that were stored before the start are there at once', async () => {
    const { cells } = await json(`/v1/kpis/latest?region=${county}&kpi=${kpi}`)
    expect(cells).toEqual([
      {
        kpi,
        region: county,
        window_start: start + 2 * minute,
        window_end: start + 3 * minute,
        value: 36,
        status: 'corrected',
        revision: 2,
        version: 12,
        coverage: 0.9,
        readings: 12,
        event_time_max: start + 2 * minute + 59_000,
      },
    ])
  })

  test('over time come from ClickHouse, the last revision of every window', async () => {
    const { series, ...rest } = await json(`/v1/kpis/${kpi}/series?region=${county}&region=371725`)
    expect(rest).toMatchObject({ kpi, step: 'window' })
    expect(rest.to - rest.from).toBe(60 * minute)
    expect(series.map(({ region }) => region)).toEqual([county, '371725'])
    expect(series[1]?.points).toEqual([])
    const common = { status: 'final', revision: 1, coverage: 0.9, readings: 12 }
    expect(series[0]?.points).toEqual([
      { ...common, window_start: start, window_end: start + minute, value: 33 },
      { ...common, window_start: start + minute, window_end: start + 2 * minute, value: null },
      {
        ...common,
        window_start: start + 2 * minute,
        window_end: start + 3 * minute,
        value: 36,
        status: 'corrected',
        revision: 2,
      },
    ])
  })

  test('of a range begin where it begins and end before it ends', async () => {
    const from = new Date(start + minute).toISOString()
    const { series } = await json(
      `/v1/kpis/${kpi}/series?region=${county}&from=${from}&to=${start + 2 * minute}`,
    )
    expect(series[0]?.points.map(point => point.window_start)).toEqual([start + minute])
  })

  test.each(['1h', '1d'])('by %s are computed from measures', async step => {
    const from = start - 86_400_000
    const { series } = await json(`/v1/kpis/${kpi}/series?region=${county}&step=${step}&from=${from}`)
    const readings = series[0]!.points.map(point => point.readings)
    expect(readings.reduce((sum, each) => sum + each, 0)).toBe(36)
    for (const { value } of series[0]!.points) {
      if (value === null) continue
      expect(value).toBeGreaterThanOrEqual(33)
      expect(value).toBeLessThanOrEqual(36)
    }
  })

  test('are compressed for those who ask', async () => {
    const response = await get('/v1/kpis')
    expect(response.headers.get('content-encoding')).toMatch(/^(br|gzip|zstd|deflate)$/)
    expect(await response.json()).toMatchObject({
      kpis: expect.arrayContaining([expect.objectContaining({ id: kpi })]),
    })
  })

  test('come with the health of their data', async () => {
    const place = { topic: 'telemetry.rack', partition: 2 }
    const letter = (offset: number, received: number, kafka_offset: number) => ({
      record: 'rack',
      received_at: sqlTime(received),
      source: 'archive',
      code: 'undecodable_batch',
      message: 'damaged',
      payload: JSON.stringify({ ...place, offset, last_offset: offset + 9, messages: 10, defect: 'damaged' }),
      kafka_partition: 0,
      kafka_offset,
    })
    const twice = letter(100, start, 1)
    await clickhouse.insert({
      table: `${database}.rejected_store`,
      format: 'JSONEachRow',
      values: [twice, { ...twice, kafka_offset: 2 }, letter(200, start - 25 * 60 * minute, 3)],
    })
    const { records, ...rest } = await json('/v1/health/data')
    expect(rest).toMatchObject({
      history: 'loaded',
      stored: 'read',
      unread: [{ ...place, first_offset: 100, last_offset: 109, messages: 10, reason: 'damaged' }],
    })
    const parking = records.find(({ record }) => record === 'parking')
    expect(parking).toMatchObject({ readings: 36, duplicates: 3, late: 0, rejected: 0 })
  })
})

describe('the stream', () => {
  test('gives the current values, then every change; REST agrees', async () => {
    const client = new StreamClient(api.streamUrl)
    const welcome = await client.hello()
    expect(welcome).toMatchObject({ type: 'welcome', protocol: 1, clock_speed: 1 })
    client.say(subscription)
    const snapshot = await client.next(message => message.type === 'snapshot')
    expect(snapshot).toMatchObject({ id: 'county', alerts: [], cells: [{ kpi, value: 36 }] })

    await producer.publishGarbage()
    const open = { ...at, window_start: start + 3 * minute, status: 'provisional', revision: 0 } as const
    const position = await producer.publish(
      window({ ...open, version: 13, coverage: 0.2, value: 99 }),
      window({ ...open, version: 14, coverage: 0.85, value: 44.5 }),
      window({ ...open, version: 13, coverage: 0.85, value: 1 }),
    )
    const seen = await client.untilCell(cell, ({ value }) => value === 44.5)
    expect(seen).toMatchObject({ status: 'provisional', version: 14, coverage: 0.85 })
    const latest = await json(`/v1/kpis/latest?region=${county}&kpi=${kpi}`)
    expect(latest.cells).toEqual([seen])
    expect(latest.position).toBeGreaterThanOrEqual(position - 1)

    await producer.publish(
      window({ ...open, status: 'final', revision: 1, version: 14, coverage: 0.9, value: 45 }),
    )
    await client.untilCell(cell, ({ status }) => status === 'final')
    expect(client.cells.get(cell)?.value).toBe(45)
    expect(await metric('regional_undecodable_total')).toBeGreaterThanOrEqual(1)
    expect(await metric('follow_lag_messages')).toBe(0)
    client.close()
  })

  test('answers a ping and says what is wrong without closing', async () => {
    const client = new StreamClient(api.streamUrl)
    await client.hello()
    client.say({ ...subscription, regions: ['000000'] })
    expect(await client.next(message => message.type === 'error')).toMatchObject({
      code: 'unknown_region',
      id: 'county',
    })
    client.say({ type: 'ping' })
    expect(await client.next(message => message.type === 'pong')).toEqual({ type: 'pong' })
    client.close()
  })

  test('refuses strangers: pages of other hosts, other protocols, messages that are too long', async () => {
    const page = new StreamClient(api.streamUrl, 'https://evil.example')
    await expect(page.hello()).rejects.toThrow('403')
    await expect(new StreamClient(`${api.url.replace('http', 'ws')}/v1/other`).hello()).rejects.toThrow('404')

    const wrong = new StreamClient(api.streamUrl, api.url)
    wrong.socket.once('open', () => wrong.socket.send('{"type":"hello","protocol":2}'))
    expect(await wrong.closed).toBe(closeCodes.protocolUnsupported.code)

    const long = new StreamClient(api.streamUrl)
    await long.hello()
    long.socket.send('x'.repeat(70_000))
    expect(await long.closed).toBe(1009)
  })

  test('has heartbeats when nothing changes, and tells its clients when it stops', async () => {
    const quiet = await startApi({ ...env, STREAM_HEARTBEAT_MS: '200' })
    const client = new StreamClient(quiet.streamUrl)
    await client.hello()
    expect(await client.next(message => message.type === 'heartbeat')).toMatchObject({
      position: expect.any(Number),
      server_time: expect.any(Number),
    })
    expect(await quiet.stop()).toBe(0)
    expect(await client.closed).toBe(closeCodes.goingAway.code)
  })

  test('skips a client that does not read, gives it the newest values later, and serves the others', async () => {
    const narrow = await startApi({ ...env, STREAM_CONFLATE_ABOVE_BYTES: '1024' })
    const province = { ...subscription, regions: ['370000'], depth: 'subtree', kpis: ['*'] } as const
    const [slow, fast] = [new StreamClient(narrow.streamUrl), new StreamClient(narrow.streamUrl)]
    for (const client of [slow, fast]) {
      await client.hello()
      client.say(province)
      await client.next(message => message.type === 'snapshot')
    }
    slow.socket.pause()
    const isBehind = async () => {
      const text = await (await fetch(`${narrow.adminUrl}/metrics`)).text()
      return text.includes('stream_clients_behind 1')
    }
    let version = 1000
    const publishAll = async () => {
      version++
      await producer.publish(
        ...counties.map(({ code }) => window({ ...at, region: code, window_start: start, version })),
      )
      const last = version
      await fast.untilCell(`${kpi}|370102`, cell => cell.version >= last)
    }
    while (!(await isBehind())) await publishAll()
    await publishAll()
    slow.socket.resume()
    await slow.untilCell(`${kpi}|370102`, cell => cell.version >= version)
    expect(slow.cells).toEqual(fast.cells)
    for (const client of [slow, fast]) {
      expect(client.socket.readyState).toBe(client.socket.OPEN)
      client.close()
    }
    await narrow.stop()
  })
})

test('after a restart the position is at the end of the log again, and the values are the same', async () => {
  const path = `/v1/kpis/latest?region=${county}&kpi=parking.*`
  const position = await producer.publish(
    window({ ...at, window_start: start + 20 * minute, version: 5_000, value: 50 }),
  )
  const reached = async () => (await json(path)).position >= position
  await expect.poll(reached, { timeout: 30_000 }).toBe(true)
  const before = await json(path)
  expect(await api.stop()).toBe(0)
  api = await startApi(env)
  const after = await json(path)
  expect(after.cells).toEqual(before.cells)
  expect(after.position).toBeGreaterThanOrEqual(position)
})

test('without ClickHouse it serves what is live, and says so', async () => {
  const alone = await startApi({ ...env, CLICKHOUSE_URL: 'http://127.0.0.1:1' })
  try {
    const latest = await json(`/v1/kpis/latest?region=${county}&kpi=${kpi}`, alone.url)
    expect(latest.cells).toMatchObject([{ value: 50 }])
    expect(await json('/v1/health/data', alone.url)).toMatchObject({
      history: 'missing',
      stored: 'unavailable',
    })
    expect((await fetch(`${alone.url}/v1/kpis/${kpi}/series`)).status).toBe(503)
    expect(await (await fetch(`${alone.adminUrl}/metrics`)).text()).toContain(
      'citybrain_api_history_loaded 0',
    )
  } finally {
    await alone.stop()
  }
})

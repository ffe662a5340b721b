import type { ClickHouseClient } from '@clickhouse/client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { recordIds } from '../../schemas/records/record.ts'
import { launchBrowser } from '../browser/browser.ts'
import { StreamClient } from '../integration/api/stream-client.ts'
import {
  assets,
  census,
  final,
  firstPosts,
  lastPosts,
  levels,
  provisional,
  type Region,
  refused,
  windowMs,
} from './end-to-end/hand-computed.ts'
import { type Sighting, Sightings } from './end-to-end/sightings.ts'
import { WatchedWall } from './end-to-end/watched-wall.ts'
import { type Product, startProduct } from './product.ts'
import { databaseOf, fetchJson, postJson } from './product-clients.ts'

/** As long as it takes on a busy machine; nothing waits for it to pass. */
const patience = { timeout: 180_000, interval: 100 }
/** On the screen: three of each feed. */
const tiles = [
  'radio.accessibility_pct',
  'radio.prb_utilisation_dl_pct',
  'radio.alarms_active_critical',
  'datacenter.pue',
  'datacenter.racks_in_use_pct',
  'datacenter.inlet_max_c',
  'grid.inspected_km',
  'grid.defects_open_critical',
  'grid.unmanned_coverage_pct',
  'parking.occupancy_pct',
  'parking.free_spaces',
  'parking.turnover_per_space_h',
]
const windows = recordIds.map(id => `${id}=${windowMs / 1000}s/15s`).join(',')
const cells = (values: Readonly<Record<string, readonly number[]>>) =>
  Object.entries(values).flatMap(([kpi, byLevel]) =>
    levels.map((region, i) => ({ kpi, region, value: byLevel[i] as number })),
  )

let product: Product
let clickhouse: ClickHouseClient
let browser: Browser
let walls: readonly WatchedWall[]
let stream: StreamClient
const overStream = new Sightings()
const overRest = new Sightings()
let start: number
let answers: Readonly<Record<string, Answer>>
interface Answer {
  readonly accepted: number
  readonly rejected: readonly { readonly index: number; readonly code: string }[]
}

beforeAll(async () => {
  product = await startProduct({ args: ['--no-simulator', '--windows', windows] })
  clickhouse = databaseOf(product)
  browser = await launchBrowser()
  expect(await postJson(`${product.urls.ingest}/v1/assets`, assets)).toEqual({
    accepted: assets.length,
    rejected: [],
  })
  walls = await Promise.all(levels.map(region => WatchedWall.open(browser, product.urls.api, region)))
  stream = new StreamClient(product.urls.stream)
  stream.socket.on('message', data => {
    const message = JSON.parse(String(data))
    if (message.type !== 'snapshot' && message.type !== 'delta') return
    for (const cell of message.cells) overStream.note(cell)
  })
  expect(await stream.hello()).toMatchObject({ type: 'welcome', protocol: 1 })
  stream.say({ type: 'subscribe', id: 'all', regions: [...levels], depth: 'self', kpis: ['*'] })
  expect(await stream.next(message => message.type === 'snapshot')).toMatchObject({ id: 'all' })

  start = currentWindow(Date.now())
  answers = await post(firstPosts(start))
  const early = Object.entries(provisional).flatMap(([kpi, { county, province }]) => [
    { kpi, region: levels[0], value: county },
    { kpi, region: levels[3], value: province },
  ])
  await waitFor(early, () => overStream, 'provisional', isClose)
  await waitFor(early, wallOf, 'provisional', isClose)
  await post(lastPosts(start))
  // Now nothing more comes: the partitions become idle, and the clock closes the window.
  await Promise.all([
    waitFor(cells(final), () => overStream, 'final'),
    waitFor(cells(final), () => overRest, 'final'),
    waitFor(cells(final).filter(isOnScreen), wallOf, 'final'),
  ])
})
afterAll(async () => {
  stream?.close()
  await browser?.close()
  await clickhouse?.close()
  await product?.stop()
})

/** The window of now, or the next one where too little of it is left to post in. */
function currentWindow(now: number): number {
  const begun = Math.floor(now / windowMs) * windowMs
  return begun + windowMs - now > 15_000 ? begun : begun + windowMs
}

async function post(posts: ReturnType<typeof firstPosts>): Promise<Record<string, Answer>> {
  const given: Record<string, Answer> = {}
  for (const [record, items] of posts) {
    given[record] = await postJson<Answer>(`${product.urls.ingest}/v1/telemetry/${record}`, items)
  }
  return given
}

interface Expected {
  readonly kpi: string
  readonly region: Region
  readonly value: number
}

const isOnScreen = ({ kpi }: Expected) => tiles.includes(kpi)
const wallOf = ({ region }: Expected) => (walls.find(wall => wall.region === region) as WatchedWall).seen

/** Looks at everything once more. */
async function look(): Promise<void> {
  const query = levels.map(region => `region=${region}`).join('&')
  const latest = await fetchJson<{ readonly cells: readonly Sighting[] }>(
    `${product.urls.api}/v1/kpis/latest?${query}`,
  )
  for (const cell of latest.cells) overRest.note(cell)
  await Promise.all(walls.map(wall => wall.look()))
}

/** Waits until each of the cells was seen in the window; a provisional value moves, so it may say which one it waits for. */
async function waitFor(
  wanted: readonly Expected[],
  where: (cell: Expected) => Sightings,
  status: 'provisional' | 'final',
  fits: (seen: Sighting, cell: Expected) => boolean = () => true,
): Promise<void> {
  const missing = async () => {
    await look()
    return wanted.flatMap(cell => {
      const seen = where(cell).of(cell.kpi, cell.region, start, status)
      return seen && fits(seen, cell) ? [] : [{ ...cell, seen: seen?.value }]
    })
  }
  await vi.waitFor(async () => expect(await missing()).toEqual([]), patience)
}

/** Sums of floating-point numbers depend on their order in the last digits. */
function isClose(seen: Pick<Sighting, 'value'>, { value }: Expected): boolean {
  return seen.value !== null && Math.abs(seen.value - value) <= 1e-9 * Math.abs(value)
}

async function inClickHouse({ kpi, region }: Expected, windowStart: number): Promise<object | undefined> {
  const result = await clickhouse.query({
    query: `SELECT value, status, revision FROM citybrain.kpi
      WHERE kpi = {kpi:String} AND region = {region:String}
        AND window_start = fromUnixTimestamp64Milli({windowStart:Int64})`,
    query_params: { kpi, region, windowStart },
    format: 'JSONEachRow',
  })
  return (await result.json<object>())[0]
}

async function inSeries({ kpi, region }: Expected, windowStart: number): Promise<object | undefined> {
  const range = `from=${windowStart}&to=${windowStart + 1}`
  const { series } = await fetchJson<{
    readonly series: readonly { readonly region: string; readonly points: readonly Sighting[] }[]
  }>(`${product.urls.api}/v1/kpis/${kpi}/series?region=${region}&${range}`)
  return series.find(of => of.region === region)?.points[0]
}

/** The value is the hand's, to the last digits of a double, and the same everywhere. */
async function agreesEverywhere(cell: Expected, windowStart: number): Promise<void> {
  const streamed = overStream.of(cell.kpi, cell.region, windowStart, 'final')
  expect(streamed, 'over the stream').toBeDefined()
  const value = streamed?.value as number
  expect(isClose({ value }, cell), `${value} by the stream, ${cell.value} by hand`).toBe(true)
  const same = { value, status: 'final' }
  expect(overRest.of(cell.kpi, cell.region, windowStart, 'final'), 'latest').toMatchObject(same)
  if (isOnScreen(cell)) {
    expect(wallOf(cell).of(cell.kpi, cell.region, windowStart, 'final'), 'screen').toMatchObject(same)
  }
  await expect.poll(() => inClickHouse(cell, windowStart), patience).toEqual({ ...same, revision: 1 })
  expect(await inSeries(cell, windowStart), 'series').toMatchObject({ ...same, revision: 1 })
}

describe('a window of readings, posted over HTTP', () => {
  test('is accepted but for the reading that cannot be', () => {
    for (const [record, items] of firstPosts(start)) {
      const rejected =
        record === refused.record ? [expect.objectContaining({ index: 6, code: refused.code })] : []
      expect(answers[record]).toEqual({ accepted: items.length - rejected.length, rejected })
    }
  })

  test('leaves a dead letter of that reading, with its code', async () => {
    const letters = async () => {
      const result = await clickhouse.query({
        query: 'SELECT record, asset_id, code, payload FROM citybrain.rejected',
        format: 'JSONEachRow',
      })
      return result.json<{ readonly payload: string }>()
    }
    await expect.poll(letters, patience).toHaveLength(1)
    const [letter] = await letters()
    expect(letter).toMatchObject({ record: refused.record, asset_id: refused.asset, code: refused.code })
    expect(JSON.parse(letter?.payload ?? '')).toMatchObject({ occupied: 201, capacity: 200 })
  })

  test.each(cells(final))(
    '$kpi of $region is $value in ClickHouse, over REST, the stream and on the wall',
    cell => agreesEverywhere(cell, start),
  )

  test('gives the census its values, whoever looks', async () => {
    /** The first window of the census in which everyone saw the value. */
    const windowOf = (cell: Expected) =>
      overStream
        .windows(cell.kpi, cell.region, 'final')
        .find(
          seen =>
            isClose(seen, cell) &&
            overRest.of(cell.kpi, cell.region, seen.window_start, 'final') &&
            wallOf(cell).of(cell.kpi, cell.region, seen.window_start, 'final'),
        )?.window_start
    const missing = async () => {
      await look()
      return cells(census).filter(cell => windowOf(cell) === undefined)
    }
    await expect.poll(missing, patience).toEqual([])
    for (const cell of cells(census)) await agreesEverywhere(cell, windowOf(cell) as number)
  })

  test('counts each reading once', async () => {
    const result = await clickhouse.query({
      query: `SELECT toInt32(readings) AS readings, toInt32(duplicates) AS duplicates, assets::Int32 AS assets
        FROM citybrain.measures_parking
        WHERE county = '370102' AND window_start = fromUnixTimestamp64Milli({start:Int64})`,
      query_params: { start },
      format: 'JSONEachRow',
    })
    expect(await result.json()).toEqual([{ readings: 3, duplicates: 1, assets: 2 }])
  })

  test('gives the browser nothing to complain about', () => {
    expect(walls.flatMap(wall => wall.complaints)).toEqual([])
  })
})

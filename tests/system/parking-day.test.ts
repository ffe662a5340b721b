import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { RegionalMessage } from '../../processors/regional/regional-message.ts'
import { topicNames } from '../../schemas/topics.ts'
import {
  type ComputedDay,
  changes,
  computeDay,
  day,
  endOfDay,
  hourOf,
  kpis,
  province,
  replayDay,
  type Values,
  whatIsMissing,
  windowMinutes,
} from './parking-day/computed-day.ts'
import { accounts, storedCounties, storedValues } from './parking-day/stored-day.ts'
import { type Product, startProduct } from './product.ts'
import { databaseOf, fetchJson, runCommand } from './product-clients.ts'
import { decoder, readTopic } from './stored-readings.ts'

/**
 * A real day of car parks, replayed through the running product: every window of every county and of the province is
 * what parking-day.py computes from the files. An hour of the day comes twice, as from a sender that had no answer.
 */
const missing = whatIsMissing()

describe.skipIf(missing !== '')(`a real day of car parks${missing && ` (skipped: ${missing})`}`, () => {
  let folder: string
  let product: Product
  let clickhouse: ClickHouseClient
  let summary: string
  let computed: ComputedDay
  /** The three with the most car parks. */
  let counties: readonly string[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'citybrain-parking-'))
    const files = [changes, await hourOf(folder, `${day}T12`)]
    product = await startProduct({
      args: ['--no-simulator', '--windows', `parking=${windowMinutes}m/2m`],
      // On a machine that has much else to do, a pause between two posts is not the end of the readings.
      env: { IDLE_TIMEOUT_MS: '30000', MAX_AGE_DAYS: '36500' },
    })
    clickhouse = databaseOf(product)
    summary = await replayDay(product.urls.ingest, files)
    const countyOf = await vi.waitFor(
      async () => {
        const found = await storedCounties(clickhouse)
        expect(summary).toContain(`posted ${found.size} assets`)
        return found
      },
      { timeout: 60_000, interval: 500 },
    )
    counties = mostOf([...countyOf.values()]).slice(0, 3)
    computed = await computeDay(folder, countyOf, files)
    await vi.waitFor(
      async () => {
        const last = (await storedValues(clickhouse, kpis)).filter(
          ({ region, start }) => region === province && start === computed.windows.at(-1),
        )
        expect(last.map(({ status }) => status)).toEqual(kpis.map(() => 'final'))
      },
      { timeout: 240_000, interval: 1_000 },
    )
  })

  afterAll(async () => {
    await clickhouse?.close()
    await product?.stop()
    if (folder) await rm(folder, { recursive: true })
  })

  test('in ClickHouse every region and window of the day is exact', expectExactDay)

  async function expectExactDay(): Promise<void> {
    const { regions, windows, at } = computed
    expect(regions.length).toBeGreaterThan(50)
    expect(windows.length).toBeGreaterThan(140)
    const stored = new Map(
      (await storedValues(clickhouse, kpis)).map(({ region, start, kpi, value }) => [
        `${region}|${start}|${kpi}`,
        value,
      ]),
    )
    for (const region of regions) {
      for (const window of windows) {
        for (const kpi of kpis) expectSame(stored.get(`${region}|${window}|${kpi}`), at, region, window, kpi)
      }
    }
  }

  test('over REST the province and the three counties with the most car parks are exact', async () => {
    const query = new URLSearchParams({ from: `${day}T00:00:00Z`, to: String(endOfDay()) })
    for (const region of [province, ...counties]) query.append('region', region)
    for (const kpi of kpis) {
      const url = `${product.urls.api}/v1/kpis/parking.${kpi}/series?${query}`
      const { series } = await fetchJson<Series>(url)
      expect(series.map(({ region }) => region).sort()).toEqual([province, ...counties].sort())
      for (const { region, points } of series) {
        expect(points.map(({ window_start }) => window_start)).toEqual(computed.windows)
        expect(new Set(points.map(({ status }) => status))).toEqual(new Set(['final']))
        for (const { window_start, value } of points)
          expectSame(value, computed.at, region, window_start, kpi)
      }
    }
  })

  test('a window is told provisionally with ever more readings, then finally, once', async () => {
    const told = (await readTopic(product.urls.kafka, topicNames.regional))
      .map(decoder<RegionalMessage>('kpi_regional'))
      .filter(({ region, record }) => region === province && record === 'parking')
    const provisional = new Set<number>()
    for (const window of computed.windows) {
      const history = told.filter(({ window_start }) => window_start === window)
      expect(history.filter(({ status }) => status === 'final')).toEqual([history.at(-1)])
      const readings = history.map(message => message.readings)
      expect(readings).toEqual(readings.toSorted((left, right) => left - right))
      if (history.length > 1) provisional.add(window)
    }
    // It stays open until its partitions are idle, so no machine is fast enough to miss it.
    expect(provisional).toContain(computed.windows.at(-1))
  })

  test('every row is accounted for: received = counted + duplicate + rejected, nothing late', async () => {
    const { counted, again, over, negative } = computed.outcomes
    for (const count of [again, over, negative]) expect(count).toBeGreaterThan(0)
    const rejected = over + negative
    expect(summary).not.toContain('requests sent again')
    expect(summary).toContain(
      `${counted + again + rejected} readings: ${counted + again} accepted, ${rejected} rejected`,
    )
    await vi.waitFor(
      async () =>
        expect(await accounts(clickhouse)).toEqual({
          stored: counted,
          counted,
          again,
          over,
          negative,
          rejected,
          late: 0,
        }),
      { timeout: 60_000, interval: 500 },
    )
  })

  test('a redrive and a recompute of the day leave every value as it is', async () => {
    const { over, negative } = computed.outcomes
    // It ends with 1, since all of it is refused again.
    await expect(runCommand(product, 'ingest/redrive.ts', [])).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`0 accepted, ${over + negative} still refused`),
    })
    const range = ['--from', `${day}T00:00:00Z`, '--to', new Date(endOfDay()).toISOString()]
    const args = ['--record', 'parking', ...range]
    const env = { WINDOWS: `parking=${windowMinutes}m/2m` }
    const recomputed = await runCommand(product, 'processors/recompute.ts', args, env)
    expect(recomputed).toContain(`unchanged: ${computed.windows.length}\n`)
    expect(recomputed).toContain('KPI values changed: 0\n')
    await expectExactDay()
  })
})

interface Series {
  readonly series: readonly {
    readonly region: string
    readonly points: readonly {
      readonly window_start: number
      readonly value: number | null
      readonly status: string
    }[]
  }[]
}

/** The different values, the most frequent first. */
function mostOf(values: readonly string[]): readonly string[] {
  const count = (value: string) => values.filter(other => other === value).length
  return [...new Set(values)].sort((left, right) => count(right) - count(left) || left.localeCompare(right))
}

/** Counts are equal, the others within 1e-9 relative. */
function expectSame(
  got: number | null | undefined,
  at: ComputedDay['at'],
  region: string,
  window: number,
  kpi: keyof Values,
): void {
  const wanted = at(region, window)?.[kpi]
  if (got === wanted) return
  const close =
    kpi !== 'lots_reporting' &&
    typeof got === 'number' &&
    typeof wanted === 'number' &&
    Math.abs(got - wanted) <= 1e-9 * Math.abs(wanted)
  if (!close) expect(got, `${kpi} of ${region} at ${new Date(window).toISOString()}`).toBe(wanted)
}

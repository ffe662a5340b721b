import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import type { Intake, Receipt } from '../../../ingest/intake.ts'
import type { AssetItem } from '../../../ingest/simulator/assets.ts'
import type { Item } from '../../../ingest/simulator/feeds/feed.ts'
import { simulator } from '../../../ingest/simulator/simulator.ts'
import { ManualClock } from '../../../platform/clock.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import { Metrics } from '../../../platform/metrics.ts'
import type { RecordId } from '../../../schemas/records/record.ts'

const start = Date.parse('2026-11-23T02:00:00Z')

/** Keeps what it is given, in order; refuses unknown assets as the door does. */
class Memory implements Intake {
  readonly assetsById = new Map<string, AssetItem>()
  readonly log: { record: RecordId; item: Item }[] = []
  refused = 0
  inFlight = 0
  mostInFlight = 0
  /** Acknowledgements wait for this. */
  gate: Promise<void> = Promise.resolve()
  failures = 0

  async assets(items: readonly unknown[]): Promise<Receipt> {
    for (const item of items as AssetItem[]) this.assetsById.set(item.asset_id, item)
    return { accepted: items.length, rejected: [] }
  }

  async readings(record: RecordId, items: readonly unknown[]): Promise<Receipt> {
    this.inFlight++
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight)
    await this.gate
    this.inFlight--
    if (this.failures > 0) {
      this.failures--
      throw new Error('broker_unavailable')
    }
    const rejected: Receipt['rejected'][number][] = []
    ;(items as Item[]).forEach((item, index) => {
      if (this.assetsById.has(item.asset_id)) this.log.push({ record, item })
      else rejected.push({ index, code: 'unknown_asset', message: item.asset_id })
    })
    this.refused += rejected.length
    return { accepted: items.length - rejected.length, rejected }
  }
}

const resources: Resource[] = []
afterEach(async () => {
  for (const resource of resources.splice(0)) await resource.stop()
})

async function started(
  intake: Memory,
  clock: ManualClock,
  metrics = new Metrics('ingest'),
): Promise<Resource> {
  const log = pino({ level: 'silent' })
  const resource = simulator({ intake, clock, log, metrics, scale: 0.1, seed: 1 })
  resources.push(resource)
  await resource.start()
  return resource
}

const live = (intake: Memory, since = 0) =>
  intake.log.slice(since).filter(({ record }) => record === 'radio_pm').length

/** Lets time pass until it is so. */
async function until(clock: ManualClock, holds: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(
    async () => {
      clock.advance(250)
      expect(await holds()).toBe(true)
    },
    { timeout: 15_000, interval: 20 },
  )
}

async function metric(metrics: Metrics, name: string): Promise<number> {
  const text = await metrics.registry.metrics()
  return Number(new RegExp(`^citybrain_ingest_simulator_${name} (\\S+)`, 'm').exec(text)?.[1])
}

test('a new province: lines, then the past of the grid in order, then live readings', async () => {
  const intake = new Memory()
  const clock = new ManualClock(start)
  await started(intake, clock)
  await until(clock, () => live(intake) > 500)

  const grid = intake.log
    .filter(({ record }) => record === 'grid_inspection')
    .map(({ item }) => item.event_time)
  const past = grid.filter(time => time < start)
  expect(past.length).toBeGreaterThan(3000)
  expect(grid.slice(0, past.length)).toEqual([...past].sort((a, b) => a - b))
  const defects = intake.log
    .filter(({ record }) => record === 'grid_defect')
    .map(({ item }) => item.event_time)
  expect(defects.length).toBeGreaterThan(5000)
  expect(defects).toEqual([...defects].sort((a, b) => a - b))
}, 30_000)

test('a known province: the same assets, no second past, nothing of the stop', async () => {
  const intake = new Memory()
  const clock = new ManualClock(start)
  const first = await started(intake, clock)
  await until(clock, () => live(intake) > 50)
  await first.stop()
  const assets = structuredClone([...intake.assetsById])
  const before = intake.log.length

  clock.advance(3_600_000)
  const resumed = clock.now()
  await started(intake, clock)
  await until(clock, () => live(intake, before) > 500)
  expect([...intake.assetsById]).toEqual(assets)
  const again = intake.log.slice(before)
  expect(again.filter(({ item }) => item.event_time < start)).toEqual([])
  const early = again.filter(({ record, item }) => item.event_time < resumed && record === 'rack')
  expect(early).toEqual([])
}, 30_000)

test('batches that are not acknowledged are sent again', async () => {
  const intake = new Memory()
  const clock = new ManualClock(start)
  const metrics = new Metrics('ingest')
  await started(intake, clock, metrics)
  await until(clock, () => live(intake) > 0)
  intake.failures = 2
  await until(clock, async () => (await metric(metrics, 'repeats_total')) === 2)
  const since = intake.log.length
  await until(clock, () => live(intake, since) > 100)
  const sent = intake.log.filter(({ record }) => record === 'radio_pm').map(({ item }) => item)
  expect(
    await metric(metrics, 'readings_total{record="radio_pm",kind="normal"}'.replace(/[{}]/g, '\\$&')),
  ).toBeGreaterThan(0.9 * sent.length)
}, 30_000)

test('a slow intake is never asked for more than four at once, and the lag shows', async () => {
  const intake = new Memory()
  const clock = new ManualClock(start)
  const metrics = new Metrics('ingest')
  await started(intake, clock, metrics)
  await until(clock, () => live(intake) > 0)
  const { promise, resolve } = Promise.withResolvers<void>()
  intake.gate = promise
  clock.advance(600_000)
  await vi.waitFor(() => expect(intake.inFlight).toBe(4), { timeout: 10_000 })
  resolve()
  await vi.waitFor(async () => expect(await metric(metrics, 'behind_seconds')).toBeGreaterThan(60))
  await vi.waitFor(async () => expect(await metric(metrics, 'behind_seconds')).toBeLessThan(1), {
    timeout: 20_000,
  })
  expect(intake.mostInFlight).toBe(4)
  expect(await metric(metrics, 'skipped_seconds_total')).toBe(0)
}, 60_000)

test('after sleeping for hours it goes on from now and says how much is missing', async () => {
  const intake = new Memory()
  const clock = new ManualClock(start)
  const metrics = new Metrics('ingest')
  await started(intake, clock, metrics)
  await until(clock, () => live(intake) > 0)
  clock.advance(8 * 3_600_000)
  await until(clock, async () => (await metric(metrics, 'skipped_seconds_total')) > 7.9 * 3600)
  const since = intake.log.length
  await until(clock, () => live(intake, since) > 100)
}, 30_000)

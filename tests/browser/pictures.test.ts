import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { alert, entry } from '../api/alerts/alerts.ts'
import { type FakeFeed, startFakeFeed } from './feed/fake-feed.ts'
import { steady } from './feed/paces.ts'
import { patience, WatchedPage } from './watched-page.ts'

/**
 * A bad quarter of an hour on every screen that the wall is made for: looked at by people in `.pictures/`, and checked for
 * what sticks out.
 */
const folder = join(import.meta.dirname, '../../.pictures')
let feed: FakeFeed
let wall: WatchedPage

beforeAll(async () => {
  await mkdir(folder, { recursive: true })
  feed = await startFakeFeed({ dir: inject('wallboardDir'), ...steady })
  wall = await WatchedPage.over(feed)
  const at = Date.now() - 240_000
  const fired = {
    active_since: at - 60_000,
    fired_at: at,
    updated_at: at,
    history: [entry({ at, what: 'fired' })],
  }
  feed.silenceRegion('370600')
  feed.silenceFeed('datacenter')
  feed.thin('371300', 0.62)
  feed.alerts.put(
    alert({
      ...fired,
      alert_id: 'outage',
      rule: 'RadioCitySilent',
      kpi: 'radio.coverage_pct',
      feed: 'radio',
      value: 3.1,
      threshold: 50,
      region: '370600',
      severity: 'critical',
      annotations: {
        summary_zh: '烟台市无线数据中断：仅 3.1 % 上报',
        summary_en: 'Yantai is silent: 3.1 % of its cells report',
      },
    }),
  )
  feed.alerts.put(
    alert({
      ...fired,
      alert_id: 'full',
      rule: 'ParkingFull',
      region: '370200',
      severity: 'minor',
      annotations: {
        summary_zh: '青岛市停车场趋于饱和：占用率 97.5 %',
        summary_en: 'Car parks in Qingdao are 97.5 % full',
      },
    }),
  )
})
afterAll(() => wall?.close())

/** What is still to be drawn: curves without their past, and what moves once. */
const undrawn = `[
  ...document.querySelectorAll('[data-testid="sparkline"][data-points="1"]'),
  ...document.getAnimations().filter(({ effect }) => effect.getTiming().iterations === 1),
].length`

const wide = `(() => {
  const { scrollWidth, scrollHeight } = document.documentElement
  return [scrollWidth - innerWidth, scrollHeight - innerHeight]
})()`

test.each([
  ['overview', '/', 1366, 768],
  ['overview', '/', 1920, 1080],
  ['overview', '/', 3840, 2160],
  ['overview', '/', 390, 844],
  ['overview-en', '/?lang=en', 1920, 1080],
  ['region', '/?region=370200', 1920, 1080],
  ['datacenter', '/?screen=datacenter', 1366, 768],
  ['ranking', '/?screen=ranking&kpi=parking.occupancy_pct', 1920, 1080],
  ['handover', '/?screen=handover', 1366, 768],
])('%s, %s at %d × %d', async (name, path, width, height) => {
  await wall.page.setViewportSize({ width, height })
  await wall.open(path)
  const values = wall.page.locator('[data-value]:not([data-value=""]), [data-count]')
  await expect.poll(() => values.count(), patience).toBeGreaterThan(0)
  if (path === '/') {
    feed.correct('parking.occupancy_pct', '370000', 61.5)
    await wall.page.locator('[data-status="corrected"]').first().waitFor()
    await expect
      .poll(() => wall.page.locator('[data-testid="map-mark"]').count(), patience)
      .toBeGreaterThanOrEqual(2)
  }
  await expect.poll(() => wall.page.evaluate<number>(undrawn), patience).toBe(0)
  await wall.page.screenshot({ path: join(folder, `${name}-${width}x${height}.png`) })
  const [beside, below] = await wall.page.evaluate<readonly [number, number]>(wide)
  expect(beside).toBeLessThanOrEqual(0)
  // A phone is read from top to bottom; everything else is seen at once.
  if (width > 1_000) expect(below).toBeLessThanOrEqual(0)
  expect(wall.complaints).toEqual([])
})

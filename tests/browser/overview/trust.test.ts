import type { Page } from 'playwright-core'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { type FakeFeed, startFakeFeed } from '../feed/fake-feed.ts'
import { hurried, type Pace, steady } from '../feed/paces.ts'
import { patience, tileValue, WatchedPage } from '../watched-page.ts'

const occupancy = 'parking.occupancy_pct'

let feed: FakeFeed
let wall: WatchedPage
let page: Page
async function begin(pace: Pace = steady): Promise<void> {
  feed = await startFakeFeed({ dir: inject('wallboardDir'), ...pace })
  wall = await WatchedPage.over(feed)
  page = wall.page
}
afterEach(() => wall?.close())

const open = (path?: string) => wall.open(path)
const shown = (kpi: string) => page.locator(tileValue(kpi))
const attribute = (name: string, kpi = occupancy) => shown(kpi).getAttribute(name)

describe('what cannot be trusted', () => {
  // After how long is a matter of tests/api/wallboard/state/wall.test.ts, where time is in the test's hand.
  test('when the feed stops, a banner comes; when it is back, it goes', async () => {
    await begin(hurried)
    await open('/?lang=en')
    await expect.poll(() => attribute('data-value'), patience).not.toBe('')
    await feed.suspend()
    const banner = page.locator('[data-testid="stale-banner"]')
    await banner.waitFor()
    expect(await banner.textContent()).toContain('not current')
    expect(await page.locator('.wall').getAttribute('data-lost')).toBe('true')
    expect(await page.locator('[data-testid="gaps"]').textContent()).toContain('Not known')

    await feed.resume()
    await banner.waitFor({ state: 'detached' })
    const start = Number(await attribute('data-window-start'))
    await expect
      .poll(async () => Number(await attribute('data-window-start')), patience)
      .toBeGreaterThan(start)
  })

  test('a city that is out is hatched, named and never shown as zero', async () => {
    await begin()
    feed.silenceRegion('370600')
    await open('/?lang=en')
    const city = page.locator('[data-testid="map-region"][data-region="370600"]')
    await expect.poll(() => city.getAttribute('data-quality'), patience).toBe('missing')
    expect(await city.getAttribute('data-value')).toBe('')
    expect(await city.getAttribute('aria-label')).toContain('no data')
    expect(await city.locator('.city-hatch').count()).toBe(1)
    await expect
      .poll(() => page.locator('[data-testid="gaps"] [data-region="370600"]').textContent(), patience)
      .toMatch(/Yantai.*no data since \d\d:\d\d/)
    await city.click()
    await expect.poll(() => shown(occupancy).textContent(), patience).toBe('no data')
  })

  test('a feed that stands still grows old, the others do not', async () => {
    await begin({ ...hurried, windowMs: 3_000 })
    await open('/?lang=en')
    feed.silenceFeed('datacenter')
    const quality = (name: string) =>
      page.locator(`[data-testid="feed"][data-feed="${name}"]`).getAttribute('data-quality')
    await expect.poll(() => quality('datacenter'), patience).toBe('old')
    await expect.poll(() => quality('parking'), patience).toBe('ok')
    const tile = page.locator('[data-testid="tile"][data-kpi="datacenter.pue"]')
    await expect.poll(() => tile.getAttribute('data-quality'), patience).toBe('old')
    expect(await tile.locator('[data-testid="state"]').textContent()).toMatch(/ old$/)
  })

  test('too little coverage is marked as about', async () => {
    await begin()
    feed.thin('371300', 0.6)
    await open('/?region=371300')
    await expect.poll(() => shown(occupancy).textContent(), patience).toMatch(/^≈/)
  })
})

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

const timesOfChanges = (selector: string) => `new Promise(resolve => {
  const times = []
  const observer = new MutationObserver(() => {
    if (times.push(performance.now()) < 5) return
    observer.disconnect()
    resolve(times)
  })
  observer.observe(document.querySelector('${selector}'), { attributeFilter: ['data-value'] })
})`

/** What the first window that is seen from its provisional state on was said to be, until it is no longer provisional. */
const statusesOfOneWindow = (selector: string) => `new Promise(resolve => {
  const element = document.querySelector('${selector}')
  let start, seen = []
  const look = () => {
    const { windowStart, status } = element.dataset
    if (windowStart !== start) {
      start = windowStart
      seen = []
    }
    if (status !== seen.at(-1)) seen.push(status)
    if (seen[0] !== 'provisional' || status === 'provisional') return
    observer.disconnect()
    resolve(seen)
  }
  const observer = new MutationObserver(look)
  observer.observe(element, { attributeFilter: ['data-status', 'data-window-start'] })
  look()
})`

describe('values', () => {
  test('are those of the selected county, shown and in full precision', async () => {
    await begin()
    await open('/?region=370102&lang=en')
    await expect.poll(() => attribute('data-value'), patience).toMatch(/^\d+\.\d{3,}$/)
    expect(await page.locator('[data-testid="tile"]').first().getAttribute('data-region')).toBe('370102')
    // Read in one go: the value moves.
    const [text, exact] = await shown(occupancy).evaluate(element => [
      element.textContent,
      element.getAttribute('data-value'),
    ])
    expect(text).toBe(`${Number(exact).toFixed(1)}%`)
    expect(Number(await attribute('data-coverage'))).toBeGreaterThan(0.8)
    expect(wall.complaints).toEqual([])
  })

  test('change while one looks, at most once a second', async () => {
    await begin({ ...hurried, slices: 2 })
    await open()
    const changes = await page.evaluate<readonly number[]>(timesOfChanges(tileValue(occupancy)))
    const gaps = changes.slice(1).map((at, i) => at - changes[i]!)
    expect(Math.min(...gaps)).toBeGreaterThan(950)
  })

  test('are provisional first, and final for the same window later', async () => {
    await begin(hurried)
    await open()
    const statuses = await page.evaluate<readonly string[]>(statusesOfOneWindow(tileValue(occupancy)))
    expect(statuses).toEqual(['provisional', 'final'])
  })

  test('that were corrected say so and what they were', async () => {
    await begin({ ...steady, slices: 4 })
    await open('/?lang=en')
    feed.correct(occupancy, '370000', 91.44)
    await expect.poll(() => attribute('data-status'), patience).toBe('corrected')
    expect(await attribute('data-value')).toBe('91.44')
    const tile = page.locator(`[data-testid="tile"][data-kpi="${occupancy}"]`)
    expect(await tile.locator('[data-testid="state"]').textContent()).toMatch(/^was \d+\.\d/)
    expect(await tile.locator('.mark-corrected').count()).toBe(1)
  })
})

import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { patience, WatchedPage } from '../watched-page.ts'
import { type LoadFeed, startLoadFeed } from './load-feed.ts'
import { type FirstPaint, measureFirstPaint, measureWall, type WallWork } from './measure-wall.ts'

/** What the wall is measured for, ms. */
const watchedMs = 8_000

let feed: LoadFeed
let wall: WatchedPage
let page: Page
beforeEach(async () => {
  feed = await startLoadFeed({ dir: inject('wallboardDir'), cells: 12_000, changesPerSecond: 2_000 })
  wall = await WatchedPage.over(feed)
  page = wall.page
})
afterEach(() => wall?.close())

const show = (name: string, numbers: WallWork | FirstPaint): void => {
  const rounded = Object.entries(numbers).map(([key, number]) => `${key} ${Number(number.toPrecision(3))}`)
  process.stdout.write(`${name}: ${rounded.join(', ')}\n`)
}

/** Counts how often each value on screen changes, until `stop` is called in the page; gaps in ms. */
const countChanges = `(() => {
  const times = new Map()
  const observer = new MutationObserver(records => {
    for (const { target } of records) {
      const key = target.closest('[data-kpi]').dataset.kpi
      times.set(key, [...(times.get(key) ?? []), performance.now()])
    }
  })
  for (const value of document.querySelectorAll('[data-testid="tile"] [data-testid="value"]'))
    observer.observe(value, { attributeFilter: ['data-value'] })
  window.takeChanges = () => {
    observer.disconnect()
    return [...times.values()].map(all => all.slice(1).map((at, i) => at - all[i]))
  }
})()`

const shownValues = `[
  ...[...document.querySelectorAll('[data-testid="tile"]')].map(tile =>
    [tile.dataset.kpi, tile.dataset.region, tile.querySelector('[data-testid="value"]').dataset.value]),
  ...[...document.querySelectorAll('[data-testid="map-region"]')].map(city =>
    ['parking.occupancy_pct', city.dataset.region, city.dataset.value]),
]`

describe('with 12,000 cells and 2,000 changes a second', () => {
  test('the work of a frame is bounded, and nothing is lost', async () => {
    show('first paint', await measureFirstPaint(page, feed.url))
    await page.locator('[data-testid="connection"][data-phase="live"]').waitFor()
    await expect.poll(() => page.locator('[data-testid="map-region"][data-step]').count(), patience).toBe(16)
    await page.evaluate(countChanges)
    const sentBefore = feed.sent()
    const work = await measureWall(page, watchedMs)
    show(`${feed.cells} cells, ${Math.round((feed.sent() - sentBefore) / work.seconds)} changes/s`, work)

    const gaps = await page.evaluate<readonly (readonly number[])[]>('window.takeChanges()')
    expect(gaps.length).toBe(12)
    // However much arrives, a tile is drawn at most once a second.
    for (const gap of gaps.flat()) expect(gap).toBeGreaterThan(950)
    expect(gaps.flat().length).toBeGreaterThan(0)
    expect(work.domNodesAfter).toBeLessThan(1.5 * work.domNodesBefore)

    feed.pause()
    const stale = async () => {
      const shown = await page.evaluate<readonly (readonly [string, string, string])[]>(shownValues)
      expect(shown).toHaveLength(12 + 16)
      return shown.filter(([kpi, region, value]) => Number(value) !== feed.newest(kpi, region))
    }
    await expect.poll(stale, patience).toEqual([])
    expect(wall.errors).toEqual([])
  })
})

import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { startFakeFeed } from '../feed/fake-feed.ts'
import { steady } from '../feed/paces.ts'
import { patience, tileValue, WatchedPage } from '../watched-page.ts'

const occupancy = 'parking.occupancy_pct'

let wall: WatchedPage
let page: Page
beforeEach(async () => {
  const feed = await startFakeFeed({ dir: inject('wallboardDir'), ...steady })
  wall = await WatchedPage.over(feed)
  page = wall.page
})
afterEach(() => wall?.close())

const open = (path?: string) => wall.open(path)
const shown = (kpi: string) => page.locator(tileValue(kpi))
const attribute = (name: string, kpi = occupancy) => shown(kpi).getAttribute(name)

const whatSticksOut = `(() => {
  const { scrollWidth, scrollHeight } = document.documentElement
  const boxes = [...document.querySelectorAll('section, header, footer, main, aside, .tile, .county')]
  const out = boxes.filter(box => {
    const { right, bottom, left, top } = box.getBoundingClientRect()
    return right > innerWidth + 1 || bottom > innerHeight + 1 || left < -1 || top < -1
  })
  return { scrolls: scrollWidth > innerWidth || scrollHeight > innerHeight, out: out.map(box => box.className) }
})()`

const digitWidths = `(() => {
  const probe = document.createElement('span')
  probe.style.position = 'absolute'
  document.body.append(probe)
  return [...'0123456789'].map(digit => {
    probe.textContent = digit.repeat(20)
    return probe.getBoundingClientRect().width
  })
})()`

describe('on the wall', () => {
  test.each([
    [1366, 768],
    [1920, 1080],
    [3840, 2160],
  ])('%d × %d has no scroll bars, and nothing sticks out of it', async (width, height) => {
    await page.setViewportSize({ width, height })
    for (const path of ['/', '/?region=370100&lang=en']) {
      await open(path)
      await expect.poll(() => attribute('data-value'), patience).not.toBe('')
      const outside = await page.evaluate(whatSticksOut)
      expect(outside).toEqual({ scrolls: false, out: [] })
    }
  })

  test('4K is the same picture as 1080p, twice as sharp', async () => {
    await open()
    const boxes = () =>
      page
        .locator('.feed, .region-panel, .panel, .tile')
        .evaluateAll(all =>
          all.map(one => one.getBoundingClientRect()).map(({ x, y, width, height }) => [x, y, width, height]),
        )
    const small = await boxes()
    await page.setViewportSize({ width: 3840, height: 2160 })
    const large = await boxes()
    for (const [i, box] of large.entries()) {
      for (const [j, length] of box.entries())
        expect(Math.abs(length - 2 * small[i]![j]!)).toBeLessThanOrEqual(5)
    }
  })

  test('digits are all of one width, so that a changing number does not move', async () => {
    await open()
    const widths = await page.evaluate<readonly number[]>(digitWidths)
    expect(new Set(widths).size).toBe(1)
  })

  test('simulated time is marked as such', async () => {
    await open()
    expect(await page.locator('[data-testid="simulated"]').count()).toBe(0)
    const fast = await startFakeFeed({
      dir: inject('wallboardDir'),
      ...steady,
      speed: 60,
    })
    const fastWall = await WatchedPage.over(fast)
    try {
      await fastWall.open()
      await expect
        .poll(() => fastWall.page.locator('[data-testid="simulated"]').textContent(), patience)
        .toContain('60')
    } finally {
      await fastWall.close()
    }
  })
})

import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { startFakeFeed } from '../feed/fake-feed.ts'
import { steady } from '../feed/paces.ts'
import { patience, WatchedPage } from '../watched-page.ts'

let wall: WatchedPage
let page: Page
beforeEach(async () => {
  const feed = await startFakeFeed({ dir: inject('wallboardDir'), ...steady })
  wall = await WatchedPage.over(feed)
  page = wall.page
})
afterEach(() => wall?.close())

const open = (path?: string) => wall.open(path)

describe('finding one’s way', () => {
  test('down into a city and a county, and up again with Esc and with "back"', async () => {
    await open('/?lang=en')
    await page.locator('[data-testid="map-region"][data-region="370200"]').click()
    await expect
      .poll(() => page.locator('[data-testid="region-name"]').textContent(), patience)
      .toBe('Qingdao')
    expect(await page.locator('[data-testid="county"]').count()).toBe(10)
    await page.locator('[data-testid="county"][data-region="370212"]').click()
    expect(new URL(page.url()).searchParams.get('region')).toBe('370212')
    await expect
      .poll(() => page.locator('[data-testid="region-name"]').textContent(), patience)
      .toBe('Laoshan District')

    await page.keyboard.press('Escape')
    await expect
      .poll(() => page.locator('[data-testid="region-name"]').textContent(), patience)
      .toBe('Qingdao')
    await page.goBack()
    await expect
      .poll(() => page.locator('[data-testid="region-name"]').textContent(), patience)
      .toBe('Laoshan District')
  })

  test('with the keyboard alone', async () => {
    await open('/?lang=en')
    await page.locator('[data-testid="map-region"][data-region="370600"]').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => page.locator('[data-testid="region-name"]').textContent(), patience)
      .toBe('Weihai')
  })

  test('the counties’ table starts with the one that needs attention', async () => {
    await open('/?region=370200')
    const read = () =>
      page
        .locator('[data-testid="region-table"] tbody tr')
        .evaluateAll(rows => rows.map(row => Number(row.children[1]?.textContent)))
    await expect.poll(read, patience).toHaveLength(10)
    const values = await read()
    expect(values).toEqual([...values].sort((a, b) => b - a))
  })

  test('another KPI colours the map and is in the address', async () => {
    await open('/?lang=en')
    await page.locator('[data-testid="kpi-picker"]').selectOption('datacenter.pue')
    expect(new URL(page.url()).searchParams.get('kpi')).toBe('datacenter.pue')
    const jinan = page.locator('[data-testid="map-region"][data-region="370100"]')
    await expect.poll(async () => Number(await jinan.getAttribute('data-value')), patience).toBeLessThan(2)
  })

  test('in the other language, in the bundled font', async () => {
    await open()
    expect(await page.locator('[data-testid="region-name"]').textContent()).toBe('山东省')
    expect(await page.evaluate(`document.fonts.check('20px "Noto Sans SC Variable"', '山东省')`)).toBe(true)
    await page.locator('[data-testid="language"]').click()
    await expect
      .poll(() => page.locator('[data-testid="region-name"]').textContent(), patience)
      .toBe('Shandong')
    expect(await page.locator('html').getAttribute('lang')).toBe('en-GB')
    expect(wall.complaints).toEqual([])
  })
})

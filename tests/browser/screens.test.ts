import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { kpisOfFeed } from '../../api/wallboard/state/catalogue.ts'
import { kpis } from '../../schemas/kpis/kpis.ts'
import { type FakeFeed, startFakeFeed } from './feed/fake-feed.ts'
import { steady } from './feed/paces.ts'
import { patience, WatchedPage } from './watched-page.ts'

let feed: FakeFeed
/** One page for all tests: each goes to an address of its own. */
let wall: WatchedPage
let page: Page
beforeAll(async () => {
  feed = await startFakeFeed({ dir: inject('wallboardDir'), ...steady })
  wall = await WatchedPage.over(feed)
  page = wall.page
})
afterAll(() => wall?.close())
afterEach(() => {
  expect(wall.complaints.splice(0)).toEqual([])
})

const open = (path?: string) => wall.open(path)
const byId = (id: string) => page.locator(`[data-testid="${id}"]`)
const screen = () => page.locator('.wall').getAttribute('data-screen')
const address = () => new URL(page.url()).searchParams
/** Vertical places of what a phone shows, in the page. */
const tops = (selectors: readonly string[]) =>
  Promise.all(
    selectors.map(selector =>
      page
        .locator(selector)
        .first()
        .evaluate(box => box.getBoundingClientRect().top),
    ),
  )
const overflow = `document.documentElement.scrollWidth - innerWidth`

describe('every screen', () => {
  test('is reached by its link, says what it is in the address, and shows values', async () => {
    await open('/?region=370200')
    const ids = await page
      .locator('[data-testid="screens"] a')
      .evaluateAll(links => links.map(a => a.getAttribute('data-screen')))
    expect(ids.slice(0, 7)).toEqual([
      'overview',
      'radio',
      'datacenter',
      'grid',
      'parking',
      'region',
      'ranking',
    ])
    for (const id of ids.slice(1)) {
      await page.locator(`[data-testid="screens"] a[data-screen="${id}"]`).click()
      await expect.poll(screen, patience).toBe(id)
      expect([address().get('screen'), address().get('region')]).toEqual([id, '370200'])
      expect(await page.evaluate<number>(overflow)).toBeLessThanOrEqual(0)
    }
    await page.goBack()
    await expect.poll(screen, patience).toBe(ids.at(-2))
  })

  test('is reached by keyboard', async () => {
    await open()
    await page.locator('[data-testid="screens"] a[data-screen="grid"]').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(screen, patience).toBe('parking')
    await page.keyboard.press('Escape')
    await expect.poll(screen, patience).toBe('overview')
  })
})

describe('a feed’s screen', () => {
  test('has a column per KPI and a line per city; a value leads to its origin', async () => {
    await open('/?screen=datacenter&kpi=datacenter.pue')
    const cells = byId('matrix-cell')
    await expect.poll(() => cells.count(), patience).toBe(16 * kpisOfFeed('datacenter').length)
    const pue = page.locator('[data-testid="matrix-cell"][data-kpi="datacenter.pue"]')
    const values = await pue.evaluateAll(all => all.map(one => Number(one.getAttribute('data-value'))))
    // The worst city first.
    expect(values).toEqual([...values].sort((a, b) => b - a))
    expect(await byId('distribution').getAttribute('data-counties')).toBe('136')
    await pue.first().click()
    expect(address().get('origin')).toMatch(/^datacenter\.pue\|3\d{5}/)
  })
})

describe('a region’s screen', () => {
  test('has every KPI beside the peers, and names silent assets', async () => {
    await open('/?screen=region&region=370202')
    await expect.poll(() => byId('peer-row').count(), patience).toBe(kpis.length)
    await expect.poll(() => byId('silent').getAttribute('data-total'), patience).toMatch(/^\d+$/)
    expect(await page.locator('.region-parts [data-testid="county"]').count()).toBe(10)
  })

  const openSearch = async (): Promise<void> => {
    await page.keyboard.press('/')
    await page.locator('[data-testid="search-dialog"] input:focus').waitFor()
  }

  test('is found by name, in either language, from the keyboard', async () => {
    await open('/?screen=region')
    await openSearch()
    await page.keyboard.type('laoshan')
    await page.keyboard.press('Enter')
    await expect.poll(() => byId('region-name').textContent(), patience).toBe('崂山区')
    await openSearch()
    await page.keyboard.type('烟台')
    await page.keyboard.press('Enter')
    await expect.poll(() => byId('region-name').textContent(), patience).toBe('烟台市')
    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await byId('search-dialog').waitFor({ state: 'detached' })
    expect(address().get('region')).toBe('370600')
  })
})

describe('the ranking', () => {
  test('has all cities with their position a week ago, and all counties', async () => {
    await open('/?screen=ranking&kpi=datacenter.pue&lang=en')
    await expect.poll(() => byId('ranking-before').getAttribute('data-before'), patience).toBe('known')
    const first = byId('rank').first()
    expect(await first.getAttribute('data-position')).toBe('1')
    expect(await first.getAttribute('data-position-before')).toMatch(/^\d+$/)
    expect(await byId('rank').count()).toBe(16)
    await page.locator('[data-level="counties"]').last().click()
    await expect.poll(() => byId('rank').count(), patience).toBe(136)
    expect(address().get('map')).toBe('counties')
  })

  test('shows a city without data as that, last', async () => {
    feed.silenceRegion('371000')
    await open('/?screen=ranking&kpi=datacenter.pue')
    const last = byId('rank').last()
    await expect.poll(() => last.getAttribute('data-region'), patience).toBe('371000')
    await expect.poll(() => last.getAttribute('class'), patience).toContain('is-missing')
    expect(await last.getAttribute('data-value')).toBe('')
    const hatched = await last
      .locator('.rank-bar')
      .evaluate(bar => getComputedStyle(bar).backgroundImage.includes('gradient'))
    expect(hatched).toBe(true)
  })
})

test('the map shows the counties too, and says that they are not where they lie', async () => {
  await open('/?map=counties&lang=en')
  await expect.poll(() => byId('map-region').count(), patience).toBe(136)
  expect(await byId('legend').textContent()).toContain('schematic')
  await page.locator('[data-testid="map-region"][data-region="370602"]').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect.poll(() => address().get('region'), patience).toBe('370611')
})

test.each([
  ['zh', '存疑设备'],
  ['en', 'suspect'],
])('data health says how many assets of each record are suspect, in %s', async (language, title) => {
  await open(`/?lang=${language}`)
  const suspects = byId('health').locator('[data-count="suspect_assets"]')
  await expect.poll(() => suspects.allTextContents(), patience).toHaveLength(7)
  expect(await byId('health').locator('th').allTextContents()).toContain(title)
  const racks = byId('health').locator('[data-record="rack"] [data-count="suspect_assets"]')
  expect(await racks.textContent()).toBe('41')
  // The last column is seen too.
  expect(await byId('health').evaluate(panel => panel.scrollWidth - panel.clientWidth)).toBeLessThanOrEqual(0)
})

test('plan targets say where the pace leads', async () => {
  await open('/?lang=en')
  const sites = page.locator('[data-testid="target"][data-kpi="radio.sites_in_service"]')
  await expect.poll(() => sites.getAttribute('data-pace'), patience).toBe('projected')
  expect(await sites.locator('[data-testid="pace"]').textContent()).toMatch(/\d+k by year end/)
})

test('a kiosk turns from screen to screen, shows no cursor and fills no history', async () => {
  await open('/?kiosk&rotate=5&screens=ranking,parking')
  const before = await page.evaluate<number>('history.length')
  expect(await page.locator('body').evaluate(body => getComputedStyle(body).cursor)).toBe('none')
  for (const next of ['ranking', 'parking']) await expect.poll(screen, patience).toBe(next)
  expect(await page.evaluate<number>('history.length')).toBe(before)
  expect(await byId('language').isVisible()).toBe(false)
})

test('a stream that lives and tells nothing is stale too, and everything is greyed', async () => {
  await open('/?screen=ranking')
  feed.tell(false)
  const banner = byId('stale-banner')
  await banner.waitFor(patience)
  expect(await banner.getAttribute('data-why')).toBe('silent')
  const opacity = await page.locator('.screen').evaluate(one => Number(getComputedStyle(one).opacity))
  expect(opacity).toBeLessThan(0.6)
  feed.fillDisk(true)
  await expect.poll(() => banner.textContent(), patience).toMatch(/磁盘已满/)
  feed.fillDisk(false)
  feed.tell(true)
  await banner.waitFor({ state: 'detached', timeout: patience.timeout })
})

test('a wall that is not let in asks for a token, and goes on with one', async () => {
  const closed = await startFakeFeed({ dir: inject('wallboardDir'), ...steady, token: 'let-me-in' })
  const own = await WatchedPage.over(closed)
  const live = () => own.page.locator('[data-testid="connection"][data-phase="live"]').waitFor()
  try {
    await own.page.goto(`${closed.url}/?lang=en`)
    const form = own.page.locator('[data-testid="sign-in"]')
    await form.locator('[name="token"]').fill(' let-me-in ')
    await form.locator('[name="wall"]').fill('hall-1')
    await form.locator('button').click()
    await live()
    // It is nowhere to be read, and still there after the next start.
    expect(own.page.url()).not.toContain('let-me-in')
    await own.page.reload()
    await live()
    expect(own.complaints).toEqual([])
  } finally {
    await own.close()
  }
})

test('a phone shows alerts, then the feeds, then the search, then the map; nothing sticks out', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await open()
  const order = await tops([
    '[data-testid="alerts"]',
    '[data-testid="feed"]',
    '[data-testid="search"]',
    '.map',
  ])
  expect(order).toEqual([...order].sort((a, b) => a - b))
  for (const path of [
    '/?screen=radio&lang=en',
    '/?screen=region&region=370200&lang=en',
    '/?screen=ranking',
  ]) {
    await open(path)
    expect(await page.evaluate<number>(overflow), path).toBeLessThanOrEqual(0)
  }
  await open('/?lang=en')
  await page.locator('[data-testid="search"] input').fill('qingdao')
  await page.locator('[data-testid="search"] button').first().click()
  await expect.poll(() => byId('region-name').textContent(), patience).toBe('Qingdao')
})

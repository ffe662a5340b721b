import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { type BuiltWallboard, buildWallboard } from './built-wallboard.ts'
import { type FakeFeed, startFakeFeed } from './feed/fake-feed.ts'

const occupancy = 'parking.occupancy_pct'
const windowMs = 6_000
/** As long as it takes on a busy machine; nothing waits for it to pass. */
const patience = { timeout: 60_000, interval: 50 }

let browser: Browser
let built: BuiltWallboard
beforeAll(async () => {
  built = await buildWallboard()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await built?.remove()
})

let feed: FakeFeed
let page: Page
/** What the page complained about; reconnecting to a feed that is away is no fault of the page. */
let complaints: string[]
beforeEach(async () => {
  feed = await startFakeFeed({ dir: built.dir, windowMs, tickMs: 250, slices: 2 })
  page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  complaints = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('request', request => {
    if (!request.url().startsWith(feed.url)) complaints.push(`asked elsewhere: ${request.url()}`)
  })
})
afterEach(async () => {
  await page?.close()
  await feed?.stop()
})

async function open(path = '/'): Promise<void> {
  await page.goto(`${feed.url}${path}`)
  await page.locator('[data-testid="connection"][data-phase="live"]').waitFor()
}

const selectorOf = (kpi: string) => `[data-testid="tile"][data-kpi="${kpi}"] [data-testid="value"]`
const shown = (kpi: string) => page.locator(selectorOf(kpi))
const attribute = (name: string, kpi = occupancy) => shown(kpi).getAttribute(name)

/* Scripts for the page, as text: the tests are type-checked without the browser's globals. */

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

describe('values', () => {
  test('are those of the selected county, shown and in full precision', async () => {
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
    expect(complaints).toEqual([])
  })

  test('change while one looks, at most once a second', async () => {
    await open()
    const changes = await page.evaluate<readonly number[]>(timesOfChanges(selectorOf(occupancy)))
    const gaps = changes.slice(1).map((at, i) => at - changes[i]!)
    expect(Math.min(...gaps)).toBeGreaterThan(950)
  })

  test('are provisional first, and final for the same window later', async () => {
    await open()
    const statuses = await page.evaluate<readonly string[]>(statusesOfOneWindow(selectorOf(occupancy)))
    expect(statuses).toEqual(['provisional', 'final'])
  })

  test('that were corrected say so and what they were', async () => {
    await open('/?lang=en')
    feed.correct(occupancy, '370000', 91.44)
    await expect.poll(() => attribute('data-status'), patience).toBe('corrected')
    expect(await attribute('data-value')).toBe('91.44')
    const tile = page.locator(`[data-testid="tile"][data-kpi="${occupancy}"]`)
    expect(await tile.locator('[data-testid="state"]').textContent()).toMatch(/^was \d+\.\d/)
    expect(await tile.locator('.mark-corrected').count()).toBe(1)
  })
})

describe('what cannot be trusted', () => {
  test('when the feed stops, a banner comes within three seconds; when it is back, it goes', async () => {
    await open('/?lang=en')
    await expect.poll(() => attribute('data-value'), patience).not.toBe('')
    const stopped = Date.now()
    await feed.suspend()
    const banner = page.locator('[data-testid="stale-banner"]')
    await banner.waitFor({ timeout: 5_000 })
    expect(Date.now() - stopped).toBeLessThan(3_000)
    expect(await banner.textContent()).toContain('not current')
    expect(await page.locator('.wall').getAttribute('data-lost')).toBe('true')
    expect(await page.locator('[data-testid="gaps"]').textContent()).toContain('Not known')

    await feed.resume()
    await banner.waitFor({ state: 'detached', timeout: 30_000 })
    const start = Number(await attribute('data-window-start'))
    await expect
      .poll(async () => Number(await attribute('data-window-start')), patience)
      .toBeGreaterThan(start)
  })

  test('a city that is out is hatched, named and never shown as zero', async () => {
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
    await open('/?lang=en')
    feed.silenceFeed('datacenter')
    const quality = (name: string) =>
      page.locator(`[data-testid="feed"][data-feed="${name}"]`).getAttribute('data-quality')
    await expect.poll(() => quality('datacenter'), patience).toBe('old')
    expect(await quality('parking')).toBe('ok')
    const tile = page.locator('[data-testid="tile"][data-kpi="datacenter.pue"]')
    await expect.poll(() => tile.getAttribute('data-quality'), patience).toBe('old')
    expect(await tile.locator('[data-testid="state"]').textContent()).toMatch(/ old$/)
  })

  test('too little coverage is marked as about', async () => {
    feed.thin('371300', 0.6)
    await open('/?region=371300')
    await expect.poll(() => shown(occupancy).textContent(), patience).toMatch(/^≈/)
  })
})

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
    expect(complaints).toEqual([])
  })
})

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
    const fast = await startFakeFeed({ dir: built.dir, windowMs: 60_000, tickMs: 250, speed: 60 })
    try {
      await page.goto(fast.url)
      await expect
        .poll(() => page.locator('[data-testid="simulated"]').textContent(), patience)
        .toContain('60')
    } finally {
      await page.goto('about:blank')
      await fast.stop()
    }
  })
})

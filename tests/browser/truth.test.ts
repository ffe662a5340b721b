import type { Page } from 'playwright-core'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { regionOf } from '../../schemas/regions/regions.ts'
import { alert, entry } from '../api/alerts/alerts.ts'
import { type FakeFeed, startFakeFeed } from './feed/fake-feed.ts'
import { hurried, type Pace, steady } from './feed/paces.ts'
import { patience, WatchedPage } from './watched-page.ts'

const occupancy = 'parking.occupancy_pct'
/** All is told twice, soon, and then a value is corrected; it is held to be looked at, and must not grow old. */
const soon: Pace = { ...steady, slices: 4 }

let feed: FakeFeed
let wall: WatchedPage
let page: Page
async function begin(pace: Pace = steady): Promise<void> {
  feed = await startFakeFeed({ dir: inject('wallboardDir'), ...pace })
  wall = await WatchedPage.over(feed)
  page = wall.page
}
afterEach(() => wall?.close())

const open = (path = '/?lang=en') => wall.open(path)

const panel = () => page.locator('[data-testid="origin"]')
const within = (testid: string) => panel().locator(`[data-testid="${testid}"]`)
const numberIn = async (testid: string, name: string) =>
  Number(await within(testid).first().getAttribute(name))
const partsOf = (name: string) =>
  within('origin-part').evaluateAll(
    (rows, attribute) => rows.map(row => Number(row.getAttribute(attribute))),
    name,
  )
const found = (region: string) =>
  page.locator(`[data-testid="origin"][data-region="${region}"][data-state="found"]`).waitFor()

test('three clicks lead from a value to the readings behind it, and the numbers add up on the way', async () => {
  // So long that the panel is not asked anew all the time, so short that a county's readings are all listed.
  await begin({ ...steady, windowMs: 20_000 })
  await open()
  await page.locator(`[data-testid="tile"][data-kpi="${occupancy}"] [data-testid="value"]`).click()
  await found('370000')
  const [numerator, denominator] = [
    await numberIn('numerator', 'data-value'),
    await numberIn('denominator', 'data-value'),
  ]
  expect((100 * numerator) / denominator).toBeCloseTo(await numberIn('origin-result', 'data-value'), 6)
  const cities = await partsOf('data-number')
  expect(cities).toHaveLength(16)
  expect(cities.reduce((sum, part) => sum + part, 0)).toBeCloseTo(numerator, 6)
  expect(await within('origin-sum').textContent()).toContain('✓')
  const readings = await partsOf('data-readings')
  expect(readings.reduce((sum, part) => sum + part, 0)).toBe(await numberIn('origin-readings', 'data-count'))
  expect(await within('origin-formula').textContent()).toContain('occupied')
  expect(await within('origin-offsets').textContent()).toContain('telemetry.parking')

  const window = new URL(page.url()).searchParams.get('origin')
  expect(window).toBe(`${occupancy}|370000`)
  await panel().locator('[data-testid="origin-part"][data-region="370200"]').click()
  await found('370200')
  const counties = within('origin-part')
  expect(await counties.count()).toBe(10)
  const county = counties.first()
  const [code, count] = [
    await county.getAttribute('data-region'),
    Number(await county.getAttribute('data-readings')),
  ]
  expect(regionOf(code ?? '')).toMatchObject({ level: 'county', parent: '370200' })
  await county.click()
  await found(code ?? '')
  expect(await numberIn('origin-readings', 'data-count')).toBe(count)
  await expect.poll(() => within('reading').count(), patience).toBe(count)
  expect(await within('readings-shown').textContent()).toContain('✓')
  expect(await within('reading').first().textContent()).toContain(`SD-${code}`)

  await page.keyboard.press('Escape')
  await expect.poll(() => panel().count(), patience).toBe(0)
  expect(wall.complaints).toEqual([])
})

test('a question mark asks for the focused value, and the address leads to it', async () => {
  await begin()
  await open()
  await page.locator('[data-testid="map-region"][data-region="370600"]').focus()
  await page.keyboard.press('?')
  await found('370600')
  expect(new URL(page.url()).searchParams.get('origin')).toBe(`${occupancy}|370600`)
  const sql = await within('copy-sql').getAttribute('data-text')
  expect(sql).toContain('citybrain.readings_parking')
  const link = await within('copy-link').getAttribute('data-text')
  expect(link).toMatch(/origin=parking\.occupancy_pct\|370600\|\d+/)
  const value = await within('origin-value').getAttribute('data-value')
  await page.goto(link ?? '')
  await found('370600')
  expect(await within('origin-value').getAttribute('data-value')).toBe(value)
  expect(wall.complaints).toEqual([])
})

test('of a provisional value it is said that no origin is kept, and the newest final window is shown', async () => {
  await begin(hurried)
  await open()
  const state = page.locator(`[data-testid="tile"][data-kpi="${occupancy}"] [data-testid="value"]`)
  await expect.poll(() => state.getAttribute('data-status'), patience).toBe('provisional')
  const open_ = Number(await state.getAttribute('data-window-start'))
  await page.keyboard.press('?')
  await found('370000')
  await expect
    .poll(() => within('origin-provisional').textContent(), patience)
    .toMatch(/provisional.*newest final/)
  const link = await within('copy-link').getAttribute('data-text')
  expect(Number(link?.split('|').at(-1))).toBeLessThan(Math.max(open_ + 1, Date.now()))
})

test('a corrected value says what it was, why and when, and its revisions say so too', async () => {
  await begin(soon)
  await open()
  feed.correct(occupancy, '370000', 91.44)
  const tile = page.locator(`[data-testid="tile"][data-kpi="${occupancy}"]`)
  await expect
    .poll(() => tile.locator('[data-testid="value"]').getAttribute('data-status'), patience)
    .toBe('corrected')
  await expect
    .poll(() => tile.locator('[data-testid="state"]').textContent(), patience)
    .toMatch(/^was \d+\.\d · \d\d:\d\d late data$/)
  // A page that was not there when it happened knows it as well.
  await page.reload()
  await expect
    .poll(() => tile.locator('[data-testid="state"]').textContent(), patience)
    .toMatch(/^was \d+\.\d · \d\d:\d\d late data$/)
  await tile.locator('[data-testid="value"]').click()
  await found('370000')
  expect(
    await within('revision').evaluateAll(rows => rows.map(row => row.getAttribute('data-revision'))),
  ).toEqual(['2', '1'])
  expect(await within('revision').first().textContent()).toMatch(/91\.44.*late data \+3/)
  expect(wall.complaints).toEqual([])
})

describe('the time machine', () => {
  const strip = () => page.locator('[data-testid="time-strip"]')
  const shown = () => page.locator('[data-testid="timemachine"][data-state="shown"]')
  const value = (name: string) =>
    page.locator(`[data-testid="tile"][data-kpi="${occupancy}"] [data-testid="value"]`).getAttribute(name)

  test('shows a minute as it was known then and as it is known now, with a tick where it was corrected', async () => {
    await begin(soon)
    await open()
    feed.correct(occupancy, '370000', 91.44)
    await expect.poll(() => value('data-status'), patience).toBe('corrected')
    const start = Number(await value('data-window-start'))
    // A moment at which the window was final, and not corrected yet.
    const at = start + 1.25 * soon.windowMs
    const fired = entry({ at: at - 1_000 })
    const retracted = entry({ at: at + 1_000, what: 'retracted', revision: 2 })
    feed.alerts.put(alert({ region: '370200', fired_at: at - 2_000, history: [fired] }))
    feed.alerts.change(alert().alert_id, {
      state: 'retracted',
      retracted_at: retracted.at,
      updated_at: retracted.at,
      history: [fired, retracted],
    })
    await page.goto(`${feed.url}/?lang=en&screen=timemachine&at=${at}`)
    await shown().waitFor()
    expect(await page.locator('[data-testid="known-banner"]').textContent()).toContain('not kept')
    await expect.poll(() => value('data-window-start'), patience).toBe(String(start))
    expect(await value('data-status')).toBe('final')
    expect(await value('data-value')).not.toBe('91.44')
    expect(await page.locator('[data-testid="map-region"][data-quality="ok"]').count()).toBe(16)
    const changes = page.locator('[data-testid="change"]')
    expect(await changes.count()).toBe(1)
    const alerts = page.locator('[data-testid="past-alerts"]')
    const marks = page.locator('[data-testid="map-mark"]')
    const going = async () => [await alerts.getAttribute('data-count'), await marks.count()]
    await expect.poll(going, patience).toEqual(['1', 1])
    expect(await changes.textContent()).toMatch(/Shandong · Occupancy.*\d+\.\d → 91\.4/)

    await page.locator('[data-testid="known-now"]').click()
    await expect.poll(() => value('data-value'), patience).toBe('91.44')
    expect(await value('data-status')).toBe('corrected')
    await expect.poll(going, patience).toEqual(['0', 0])
    expect(await alerts.textContent()).toMatch(/not so as is known now.*retracted/)
    expect(new URL(page.url()).searchParams.get('known')).toBe('now')
    await page.locator('[data-testid="known-then"]').click()
    await expect.poll(() => value('data-status'), patience).toBe('final')

    await changes.click()
    await found('370000')
    expect(await within('revision').count()).toBe(2)
    await page.keyboard.press('Escape')
    expect(wall.complaints).toEqual([])
  })

  test('is dragged, stepped and played', async () => {
    await begin()
    feed.alerts.put(alert({ fired_at: Date.now() - 1_800_000 }))
    await open('/?lang=en&screen=timemachine')
    await shown().waitFor()
    const at = async () => Number(await strip().getAttribute('data-at'))
    const latest = await at()
    expect(latest % 60_000).toBe(0)
    await expect.poll(() => page.locator('[data-testid="alert-tick"]').count(), patience).toBe(1)
    await strip().getByText('−1 h', { exact: true }).click()
    await expect.poll(at, patience).toBe(latest - 3_600_000)
    await page.locator('[data-testid="time-slider"]').focus()
    await page.keyboard.press('ArrowLeft')
    await expect.poll(at, patience).toBe(latest - 3_660_000)
    await expect
      .poll(async () => Number(await value('data-window-start')), patience)
      .toBeLessThan(latest - 3_660_000)
    await page.locator('[data-testid="play"]').click()
    await expect.poll(at, patience).toBeGreaterThanOrEqual(latest - 3_540_000)
    await page.locator('[data-testid="play"]').click()
    expect(await page.locator('.tile [data-status="provisional"]').count()).toBe(0)
    expect(wall.complaints).toEqual([])
  })
})

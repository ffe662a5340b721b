import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import type { Alert } from '../../schemas/alerts/alert.ts'
import { alert, entry } from '../api/alerts/alerts.ts'
import { type FakeFeed, startFakeFeed } from './feed/fake-feed.ts'
import { steady } from './feed/paces.ts'
import { patience, WatchedPage } from './watched-page.ts'

let feed: FakeFeed
let wall: WatchedPage
let page: Page
beforeEach(async () => {
  feed = await startFakeFeed({ dir: inject('wallboardDir'), ...steady })
  wall = await WatchedPage.over(feed)
  page = wall.page
})
afterEach(() => wall?.close())

/** What the wall reads of a token; this feed asks for none. */
const tokenOf = (roles: readonly string[]) =>
  `x.${Buffer.from(JSON.stringify({ regions: ['*'], roles })).toString('base64url')}.x`

const open = (path = '/?lang=en', roles?: readonly string[]) =>
  wall.open(`${path}${roles ? `#token=${tokenOf(roles)}` : ''}`)

const full = 'ParkingFull:370200:1'
function now(change: Partial<Alert> = {}): Alert {
  const at = Date.now() - 240_000
  return alert({
    alert_id: full,
    region: '370200',
    rule: 'ParkingFull',
    annotations: { summary_en: 'Car parks in Qingdao are 97.5 % full', summary_zh: '青岛市停车场趋于饱和' },
    active_since: at - 60_000,
    fired_at: at,
    updated_at: at,
    history: [entry({ at, what: 'fired' })],
    ...change,
  })
}
const row = (id = full) => page.locator(`[data-testid="alert"][data-alert="${id}"]`)
const mark = (region: string) => page.locator(`[data-testid="map-region"][data-region="${region}"]`)

test('calm while nothing is wrong; without any rule it says that nothing is watched', async () => {
  await open()
  const panel = page.locator('[data-testid="alerts"]')
  await expect.poll(() => panel.textContent(), patience).toContain('✓ No alerts')
  expect(await page.locator('[data-testid="map-mark"]').count()).toBe(0)
  expect(await mark('370200').count()).toBe(1)
  expect(await page.locator('[data-testid="sound"]').getAttribute('aria-pressed')).toBe('false')
  feed.alerts.rules = 0
  await open()
  await expect.poll(() => panel.textContent(), patience).toContain('nothing is watched')
  expect(wall.complaints).toEqual([])
})

test('an alert appears, is acknowledged by an operator, and is resolved', async () => {
  await open('/?lang=en', ['operator'])
  feed.alerts.put(now())
  await row().waitFor()
  expect(await row().textContent()).toMatch(
    /Car parks in Qingdao.*since .*\d\d:\d\d.*97\.5\s%.*limit 95\.0\s%/,
  )
  await expect
    .poll(() => page.locator('[data-testid="map-mark"]').getAttribute('data-severity'), patience)
    .toBe('major')

  await row().locator('button').click()
  const panel = page.locator('[data-testid="alert-panel"]')
  await panel.locator('[data-testid="alert-history"] [data-what="fired"]').waitFor()
  expect(new URL(page.url()).searchParams.get('alert')).toBe(full)
  await panel.locator('[data-action="ack"]').click()
  await panel.locator('input[name="note"]').fill('on my way')
  await panel.locator('[data-testid="alert-send"]').click()
  await panel.locator('[data-testid="alert-history"] [data-what="acknowledged"]').waitFor()
  expect(feed.alerts.posted).toEqual([{ path: `${full}/ack`, body: { note: 'on my way' } }])
  expect(await panel.textContent()).toContain('on my way')
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  expect(await row().textContent()).toContain('li has it')

  feed.alerts.change(full, { state: 'resolved', resolved_at: Date.now(), updated_at: Date.now() })
  const over = page.locator(`[data-testid="alert-over"][data-alert="${full}"]`)
  await over.waitFor()
  expect(await row().count()).toBe(0)
  expect(await over.textContent()).toMatch(/resolved .*\d\d:\d\d/)
  expect(await page.locator('[data-testid="map-mark"]').count()).toBe(0)
  expect(wall.complaints).toEqual([])
})

test('one that corrected data takes back says so, and one that it adds too', async () => {
  await open()
  feed.alerts.put(now())
  await row().waitFor()
  feed.alerts.change(full, { state: 'retracted', retracted_at: Date.now(), updated_at: Date.now() })
  const over = page.locator(`[data-testid="alert-over"][data-state="retracted"]`)
  await over.waitFor()
  expect(await over.textContent()).toMatch(
    /retracted .*\d\d:\d\d.*corrected data says it should not have fired/,
  )
  feed.alerts.put(now({ alert_id: 'late', raised_late: true }))
  await row('late').waitFor()
  expect(await row('late').textContent()).toContain('raised late')
})

test('those that it mutes are listed under it, and somebody who only looks is offered nothing to do', async () => {
  await open('/?lang=en', ['viewer'])
  feed.alerts.put(now({ severity: 'critical' }))
  for (const region of ['370202', '370203'])
    feed.alerts.put(now({ alert_id: region, region, level: 'county', inhibited_by: full }))
  await expect
    .poll(() => row().locator('[data-testid="mutes"]').getAttribute('data-count'), patience)
    .toBe('2')
  expect(await row('370202').count()).toBe(0)
  await row().locator('button').click()
  const panel = page.locator('[data-testid="alert-panel"]')
  await expect.poll(() => panel.locator('[data-testid="muted"]').count(), patience).toBe(2)
  expect(await panel.locator('[data-testid="alert-actions"]').count()).toBe(0)
})

test('only a critical alert moves, and not for those who want no motion', async () => {
  const moves = () =>
    page.locator('[data-testid="map-mark"]').evaluateAll(all => all.map(one => one.getAnimations().length))
  await open()
  feed.alerts.put(now())
  feed.alerts.put(now({ alert_id: 'worst', region: '370600', severity: 'critical' }))
  await expect.poll(async () => (await moves()).sort(), patience).toEqual([0, 1])
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await expect.poll(moves, patience).toEqual([0, 0])
})

test('the shift is handed over: what is open, what fired, who did what', async () => {
  feed.alerts.put(now())
  feed.alerts.put(
    now({
      alert_id: 'taken',
      state: 'resolved',
      history: [entry({ at: Date.now() - 60_000, what: 'acknowledged', by: 'wang', note: '已派人' })],
    }),
  )
  await open('/?screen=handover&lang=en')
  const part = (name: string) => page.locator(`[data-testid="handover-${name}"]`)
  await expect.poll(() => part('open').getAttribute('data-count'), patience).toBe('1')
  expect(await part('fired').getAttribute('data-count')).toBe('2')
  expect(await part('deeds').textContent()).toContain('已派人')
  expect(await part('silences').textContent()).toContain('泊位改造')
  expect(wall.complaints).toEqual([])
})

test('on a phone alerts come first', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  feed.alerts.put(now())
  await open()
  await row().waitFor()
  const topOf = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate(one => one.getBoundingClientRect().top)
  expect(await topOf('[data-testid="alerts"]')).toBeLessThan(await topOf('[data-testid="feed"]'))
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
})

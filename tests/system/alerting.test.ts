import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Alert, AlertState } from '../../schemas/alerts/alert.ts'
import { launchBrowser } from '../browser/browser.ts'
import { Hook, secret } from '../integration/alerting/hook.ts'
import {
  alertmanagerProgram,
  type RealAlertmanager,
  startAlertmanager,
} from '../integration/alerting/real-alertmanager.ts'
import { type Product, startProduct } from './product.ts'
import { fetchJson } from './product-clients.ts'
import { SteadyLots } from './steady-lots.ts'

const patience = { timeout: 120_000, interval: 200 }
const windowMs = 4_000
const [shinan, shibei] = ['370202', '370203']
/** Full where it is full, and where nobody says anything: then the silence of the county says more. */
const rules = `
groups:
  - name: parking
    rules:
      - alert: LotsSilent
        kpi: parking.coverage_pct
        level: county
        expr: "< 50"
        min_coverage: 0%
        severity: critical
        inhibits: {feeds: same, rules: all}
        annotations: {summary_zh: "{{ region }} 停车场中断", summary_en: "Car parks of {{ region }} are silent"}
      - alert: LotsFull
        kpi: parking.occupancy_pct
        level: county
        expr: "> 90"
        no_data: alert
        severity: minor
        annotations: {summary_zh: "{{ region }} 停车位紧张", summary_en: "Car parks of {{ region }} are full"}
`
const hook = new Hook()
let folder: string
let product: Product
let lots: SteadyLots
let manager: RealAlertmanager | undefined
let browser: Browser
let wall: Page

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-rules-'))
  const file = join(folder, 'rules.yaml')
  await writeFile(file, rules)
  await hook.open()
  const program = await alertmanagerProgram()
  if (program) manager = await startAlertmanager(program)
  product = await startProduct({
    args: ['--no-simulator', '--windows', 'parking=4s/1s'],
    env: {
      ALERT_RULES: file,
      ALERT_STATE_EVERY_MS: '1000',
      ALERT_GROUP_WAIT_MS: '1000',
      ALERT_WEBHOOKS: hook.url,
      ALERT_WEBHOOK_SECRET: secret,
      IDLE_TIMEOUT_MS: '2000',
      CORRECT_SETTLE_MS: '200',
      ...(manager ? { ALERTMANAGER_URL: manager.url } : {}),
    },
  })
  lots = new SteadyLots(product.urls.ingest, [
    { county: shinan, lots: ['shinan-1', 'shinan-2'] },
    { county: shibei, lots: ['shibei-1', 'shibei-2'] },
  ])
  await lots.start()
  browser = await launchBrowser()
  wall = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  wall.setDefaultTimeout(patience.timeout)
  await wall.goto(`${product.urls.api}/?lang=en`)
})
afterAll(async () => {
  await browser?.close()
  await lots?.stop()
  await product?.stop()
  await manager?.stop()
  await hook.close()
  if (folder) await rm(folder, { recursive: true, force: true })
})

beforeEach(({ onTestFailed }) =>
  onTestFailed(() => {
    const said = product.output.split('\n').slice(-120).join('\n')
    console.error(`${said}\ncalled: ${hook.notices(shinan)}; ${hook.notices(shibei)}`)
  }),
)

/** What fired, without what never did. */
async function alertsOf(region: string, rule: string): Promise<readonly Alert[]> {
  const { alerts } = await fetchJson<{ readonly alerts: readonly Alert[] }>(
    `${product.urls.api}/v1/alerts?region=${region}&depth=self`,
  )
  return alerts.filter(alert => alert.rule === rule && alert.fired_at !== null)
}

/** The one that fired, once the api knows it in that state: whoever is called may know it before. */
const onlyAlert = (region: string, rule: string, state: AlertState): Promise<Alert> =>
  vi.waitFor(async () => {
    const [alert, ...others] = await alertsOf(region, rule)
    expect(others).toEqual([])
    if (alert?.state !== state)
      throw new Error(`${rule} is ${alert?.state ?? 'unknown to the api'}, not ${state}`)
    return alert
  }, patience)

/** On the wall: what is on, and what is over since it was opened. */
const shown = (id: string) => wall.locator(`[data-testid="alert"][data-alert="${id}"]`)
const shownOver = (id: string) => wall.locator(`[data-testid="alert-over"][data-alert="${id}"]`)

const managed = async (region: string) =>
  (await manager?.active())?.filter(({ labels }) => labels.region === region)

test('a county that falls silent is one alert, one call and one in Alertmanager, and one end', async () => {
  await vi.waitFor(async () => {
    const url = `${product.urls.api}/v1/kpis/latest?region=${shinan}&kpi=parking.occupancy_pct`
    const { cells } = await fetchJson<{ readonly cells: readonly { readonly value: number | null }[] }>(url)
    expect(cells.map(({ value }) => value)).toEqual([50])
  }, patience)

  const since = lots.set(shinan, null)
  await vi.waitFor(() => expect(hook.notices(shinan)).toEqual(['fired']), patience)
  const silence = await onlyAlert(shinan, 'LotsSilent', 'firing')
  expect(silence.inhibited_by).toBeNull()
  expect(silence.fired_at).toBeLessThanOrEqual(since + 2 * windowMs)
  // What follows from it is listed under it, and wakes nobody.
  await vi.waitFor(async () => {
    const [full] = await alertsOf(shinan, 'LotsFull')
    expect(full?.inhibited_by).toBe(silence.alert_id)
  }, patience)
  if (manager) await vi.waitFor(async () => expect(await managed(shinan)).toHaveLength(1), patience)
  await shown(silence.alert_id).waitFor()
  await vi.waitFor(async () => {
    const listed = await wall
      .locator('[data-testid="alert"]')
      .evaluateAll(all => all.map(one => one.textContent))
    expect(listed).toEqual([expect.stringContaining('are silent')])
  }, patience)

  product.kill('alerting')
  const from = product.output.length
  await product.printed(/alerting goes on/, { from })
  const ended = lots.set(shinan, 50)
  await vi.waitFor(() => expect(hook.notices(shinan)).toEqual(['fired', 'resolved']), patience)
  const over = await onlyAlert(shinan, 'LotsSilent', 'resolved')
  expect(over.alert_id).toBe(silence.alert_id)
  expect(over.resolved_at).toBeGreaterThan(ended)
  if (manager) await vi.waitFor(async () => expect(await managed(shinan)).toEqual([]), patience)
  await shownOver(silence.alert_id).waitFor()
  expect(await wall.locator('[data-testid="alert"]').count()).toBe(0)
  expect(hook.forged).toBe(0)
})

test('a late batch that lifts the value back retracts the alert, and its history says so', async () => {
  lots.set(shibei, 95)
  await onlyAlert(shibei, 'LotsFull', 'firing')
  lots.set(shibei, 50)
  const fired = await onlyAlert(shibei, 'LotsFull', 'resolved')
  const times: number[] = []
  for (let time = fired.active_since; time < (fired.resolved_at ?? 0); time += windowMs)
    times.push(...[1, 2, 3, 4, 5, 6, 7, 8].map(n => time + 1 + n))
  await lots.late(shibei, times, 0)
  await vi.waitFor(async () => {
    const { alert } = await fetchJson<{ readonly alert: Alert }>(
      `${product.urls.api}/v1/alerts/${encodeURIComponent(fired.alert_id)}`,
    )
    expect(alert.state).toBe('retracted')
    expect(alert.history.at(-1)).toMatchObject({ what: 'retracted', by: null })
    expect(alert.history.at(-1)?.revision).toBeGreaterThan(1)
  }, patience)
  await vi.waitFor(() => expect(hook.notices(shibei).at(-1)).toBe('retracted'), patience)
  const over = shownOver(fired.alert_id)
  await over.and(wall.locator('[data-state="retracted"]')).waitFor()
  await over.locator('button').click()
  await wall.locator('[data-testid="alert-history"] [data-what="retracted"]').waitFor()
})

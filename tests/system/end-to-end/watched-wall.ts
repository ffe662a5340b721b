import type { Browser, Page } from 'playwright-core'
import { statuses } from '../../../schemas/protocol/stream.ts'
import { type Sighting, Sightings } from './sightings.ts'

/** Runs in the page before its own scripts: writes down every value that a tile shows. */
const writeDown = `
  window.shownValues = []
  const last = new Map()
  const note = () => {
    for (const element of document.querySelectorAll('[data-testid="tile"] [data-testid="value"]')) {
      const { kpi, region } = element.closest('[data-testid="tile"]').dataset
      const { value, status, windowStart } = element.dataset
      const entry = JSON.stringify({ kpi, region, value, status, windowStart })
      if (status === '' || last.get(kpi + region) === entry) continue
      last.set(kpi + region, entry)
      window.shownValues.push(entry)
    }
  }
  new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true })
`

/** The wall of one region in a real browser, watched from its first moment. */
export class WatchedWall {
  readonly region: string
  readonly seen = new Sightings()
  /** Errors of the page and its console. */
  readonly complaints: string[] = []
  private readonly page: Page

  private constructor(region: string, page: Page) {
    this.region = region
    this.page = page
    page.on('pageerror', error => this.complaints.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') this.complaints.push(message.text())
    })
  }

  /** Resolves when it is live. */
  static async open(browser: Browser, url: string, region: string): Promise<WatchedWall> {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
    const wall = new WatchedWall(region, page)
    await page.addInitScript(writeDown)
    await page.goto(`${url}/?region=${region}&lang=en`)
    await page.locator('[data-testid="connection"][data-phase="live"]').waitFor({ timeout: 120_000 })
    return wall
  }

  /** Takes over what the page has shown since the last call. */
  async look(): Promise<void> {
    for (const entry of await this.page.evaluate<string[]>('window.shownValues.splice(0)')) {
      const { kpi, region, value, status, windowStart } = JSON.parse(entry)
      const known = statuses.find(name => name === status)
      if (!known) throw new Error(`the page shows an unknown status: ${entry}`)
      const sighting: Sighting = {
        kpi,
        region,
        window_start: Number(windowStart),
        status: known,
        value: value === '' ? null : Number(value),
      }
      this.seen.note(sighting)
    }
  }
}

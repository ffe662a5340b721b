import { type Browser, chromium, type Page } from 'playwright-core'
import { inject } from 'vitest'

/** As long as it takes on a busy machine; nothing waits for it to pass. */
export const patience = { timeout: 120_000, interval: 50 }

/** The value that the tile of a KPI shows. */
export const tileValue = (kpi: string) => `[data-testid="tile"][data-kpi="${kpi}"] [data-testid="value"]`

interface Feed {
  readonly url: string
  stop(): Promise<void>
}

/** The wall of a feed in the browser that all tests share, in a context of its own, and what it complains about. */
export class WatchedPage {
  /** What its scripts threw and did not catch. */
  readonly errors: string[] = []
  /** That, and the errors and warnings of its console, and what it asked of anybody but the feed. */
  readonly complaints: string[] = []
  readonly page: Page
  private readonly browser: Browser
  private readonly feed: Feed

  private constructor(browser: Browser, page: Page, feed: Feed) {
    this.browser = browser
    this.page = page
    this.feed = feed
    page.setDefaultTimeout(patience.timeout)
    page.on('pageerror', ({ message }) => {
      this.errors.push(message)
      this.complaints.push(message)
    })
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text())
    })
    page.on('request', request => {
      if (!request.url().startsWith(feed.url)) this.complaints.push(`asked elsewhere: ${request.url()}`)
    })
  }

  /** A page that is still empty. */
  static async over(feed: Feed): Promise<WatchedPage> {
    const browser = await chromium.connect(inject('browserEndpoint'))
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
    return new WatchedPage(browser, page, feed)
  }

  /** Resolves when the wall is live. */
  async open(path = '/'): Promise<void> {
    await this.page.goto(`${this.feed.url}${path}`)
    await this.page.locator('[data-testid="connection"][data-phase="live"]').waitFor()
  }

  /** And stops the feed. */
  async close(): Promise<void> {
    await this.browser.close()
    await this.feed.stop()
  }
}

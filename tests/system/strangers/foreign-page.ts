import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'

/** Browsers send every name below localhost to this machine, so this is a site of somebody else that reaches us. */
const foreignHost = 'evil.localhost'

/** What a page can make a browser ask without leave of whom it asks: alone, and by going there itself. */
const tricks = {
  fetch: "fetch(url, { mode: 'no-cors' })",
  text: "fetch(url, { mode: 'no-cors', method: 'POST', headers: { 'content-type': 'text/plain' }, body })",
  'bytes without a type': "fetch(url, { mode: 'no-cors', method: 'POST', body: new Blob([body]) })",
  frame: "document.body.append(Object.assign(document.createElement('iframe'), { src: url }))",
  link: `const link = document.body.appendChild(document.createElement('a'))
    link.href = url
    link.click()`,
  form: `const form = document.body.appendChild(document.createElement('form'))
    Object.assign(form, { action: url, method: 'POST', enctype: 'text/plain' })
    form.append(Object.assign(document.createElement('input'), { name: body }))
    form.submit()`,
} as const

export type Trick = keyof typeof tricks
export const allTricks = Object.keys(tricks) as readonly Trick[]

const html = `<!doctype html><title>free kittens</title><body><script>
const tricks = { ${Object.entries(tricks)
  .map(([name, act]) => `${JSON.stringify(name)}: (url, body) => { ${act} }`)
  .join(',\n')} }
const opens = url => new Promise(resolve => {
  const socket = new WebSocket(url)
  socket.onopen = () => resolve(true)
  socket.onerror = () => resolve(false)
})
</script>`

/** What a page asked, and the status that came. */
export interface Attempt {
  readonly trick: Trick
  readonly url: string
  readonly status: number
}

/** A page of another site in a real browser. */
export class ForeignPage {
  private readonly browser: Browser
  private readonly origin: string
  private readonly site: Server

  private constructor(browser: Browser, origin: string, site: Server) {
    this.browser = browser
    this.origin = origin
    this.site = site
  }

  static async open(browser: Browser): Promise<ForeignPage> {
    const site = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(html)
    })
    await once(site.listen(0, '127.0.0.1'), 'listening')
    const origin = `http://${foreignHost}:${(site.address() as AddressInfo).port}`
    return new ForeignPage(browser, origin, site)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.site.closeAllConnections()
    this.site.close()
  }

  /** @param body what those tricks send that can send something */
  asks(trick: Trick, url: string, body: string): Promise<Attempt> {
    return this.inTab(async page => {
      await page.goto(this.origin)
      const answered = page.waitForResponse(response => response.url().startsWith(new URL(url).origin))
      await page.evaluate(`tricks[${JSON.stringify(trick)}](${JSON.stringify(url)}, ${JSON.stringify(body)})`)
      return { trick, url, status: (await answered).status() }
    })
  }

  /** Goes to a port of ours under a name of its own that points here; resolves with the status. */
  rebinds(url: string): Promise<number | undefined> {
    const target = new URL(url)
    target.hostname = foreignHost
    return this.inTab(async page => (await page.goto(target.href))?.status())
  }

  /** Whether a WebSocket opens. */
  opens(url: string): Promise<boolean> {
    return this.inTab(async page => {
      await page.goto(this.origin)
      return page.evaluate<boolean>(`opens(${JSON.stringify(url)})`)
    })
  }

  /** In a tab of its own: where the one before went is no concern of the next. */
  private async inTab<T>(act: (page: Page) => Promise<T>): Promise<T> {
    const page = await this.browser.newPage()
    try {
      return await act(page)
    } finally {
      await page.close()
    }
  }
}

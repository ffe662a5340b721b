import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserServer, chromium as playwright } from 'playwright-core'

/*
 * Only what a container needs. The package's own list is for a cloud function: one process for everything, so that
 * closing a page ends the browser, and no web security, so that a page would pass that a real browser refuses.
 */
const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--headless=shell']

const options = async () => ({ executablePath: await chromium.executablePath(), args, headless: true })

/** A real Chromium, from npm alone: nothing needs to be installed on the machine. Close it when done. */
export async function launchBrowser(): Promise<Browser> {
  return playwright.launch(await options())
}

/** The same for several processes of this machine, each of which connects to it. */
export async function serveBrowser(): Promise<BrowserServer> {
  return playwright.launchServer({ ...(await options()), host: '127.0.0.1' })
}

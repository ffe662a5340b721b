import type { CDPSession, Page } from 'playwright-core'

/** What a page did in a stretch of time. */
export interface WallWork {
  readonly seconds: number
  readonly fps: number
  /** Frames that came more than 50 ms after the one before. */
  readonly longFrames: number
  /** Main thread, share of the time, 0..1. */
  readonly busy: number
  readonly scripting: number
  readonly styles: number
  readonly layout: number
  readonly domNodesBefore: number
  readonly domNodesAfter: number
  readonly heapMb: number
}

const framesDuring = (ms: number) => `new Promise(resolve => {
  const times = []
  const started = performance.now()
  const frame = now => {
    times.push(now)
    if (now - started < ${ms}) requestAnimationFrame(frame)
    else resolve(times)
  }
  requestAnimationFrame(frame)
})`

/** Counts frames and asks the browser what its main thread did meanwhile. */
export async function measureWall(page: Page, ms: number): Promise<WallWork> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'timeTicks' })
  const before = await metricsOf(session)
  const times = await page.evaluate<readonly number[]>(framesDuring(ms))
  const after = await metricsOf(session)
  await session.detach()
  const spent = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0)
  const seconds = spent('Timestamp')
  const [first = 0, last = 1] = [times[0], times.at(-1)]
  return {
    seconds,
    fps: (1_000 * (times.length - 1)) / (last - first),
    longFrames: times.filter((at, i) => i > 0 && at - (times[i - 1] ?? at) > 50).length,
    busy: spent('TaskDuration') / seconds,
    scripting: spent('ScriptDuration') / seconds,
    styles: spent('RecalcStyleDuration') / seconds,
    layout: spent('LayoutDuration') / seconds,
    domNodesBefore: before.get('Nodes') ?? 0,
    domNodesAfter: after.get('Nodes') ?? 0,
    heapMb: (after.get('JSHeapUsedSize') ?? 0) / 1e6,
  }
}

async function metricsOf(session: CDPSession): Promise<ReadonlyMap<string, number>> {
  const { metrics } = await session.send('Performance.getMetrics')
  return new Map(metrics.map(({ name, value }) => [name, value]))
}

export interface FirstPaint {
  /** From the request for the page, ms. */
  readonly firstPaintMs: number
  readonly largestPaintMs: number
  readonly firstValuesMs: number
  readonly requests: number
  /** As they went over the wire. */
  readonly kilobytes: number
}

const paints = `new Promise(resolve => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0]
  new PerformanceObserver(list => resolve([paint?.startTime ?? 0, list.getEntries().at(-1).startTime]))
    .observe({ type: 'largest-contentful-paint', buffered: true })
})`

/** Loads the page with nothing in its cache. */
export async function measureFirstPaint(page: Page, url: string): Promise<FirstPaint> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  let [requests, bytes] = [0, 0]
  session.on('Network.requestWillBeSent', () => requests++)
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  await page.goto(url)
  await page.locator('[data-testid="value"]:not([data-value=""])').first().waitFor()
  const firstValuesMs = Number(await page.evaluate('performance.now()'))
  const [firstPaintMs = 0, largestPaintMs = 0] = await page.evaluate<readonly number[]>(paints)
  await session.detach()
  return { firstPaintMs, largestPaintMs, firstValuesMs, requests, kilobytes: bytes / 1_000 }
}

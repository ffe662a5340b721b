import { launchBrowser } from '../../browser/browser.ts'
import { buildWallboard } from '../../browser/built-wallboard.ts'
import { startLoadFeed } from '../../browser/load/load-feed.ts'
import { measureFirstPaint, measureWall } from '../../browser/load/measure-wall.ts'
import type { Section } from '../section.ts'

const sizes = [
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
] as const
const cells = 12_000
const changesPerSecond = 2_000
const settleMs = 3_000
const watchedMs = 20_000

/** The wall in a real Chromium that draws without a graphics card, as a wall does not have to. */
export const wallSection: Section = {
  name: 'wall',
  question: `How smooth is the wall with ${cells} cells and ${changesPerSecond} changes a second, and how soon is it there?`,
  async run() {
    const built = await buildWallboard()
    const browser = await launchBrowser()
    const feed = await startLoadFeed({ dir: built.dir, cells, changesPerSecond })
    const results: object[] = []
    const table: Record<string, string | number>[] = []
    try {
      for (const viewport of sizes) {
        const page = await browser.newPage({ viewport })
        const paint = await measureFirstPaint(page, feed.url)
        await page.waitForTimeout(settleMs)
        const work = await measureWall(page, watchedMs)
        await page.close()
        results.push({ ...viewport, ...paint, ...work })
        table.push({
          screen: `${viewport.width} × ${viewport.height}`,
          'first paint ms': Math.round(paint.firstPaintMs),
          'first values ms': Math.round(paint.firstValuesMs),
          kB: Math.round(paint.kilobytes),
          'frames/s': Number(work.fps.toFixed(1)),
          'frames > 50 ms': work.longFrames,
          'main thread %': Math.round(100 * work.busy),
          'script %': Math.round(100 * work.scripting),
          'style + layout %': Math.round(100 * (work.styles + work.layout)),
          'heap MB': Math.round(work.heapMb),
        })
      }
    } finally {
      await browser.close()
      await feed.stop()
      await built.remove()
    }
    return { table, results }
  },
}

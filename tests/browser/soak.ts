import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { CDPSession, Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'

/*
 * Leaves a kiosk running on a system that runs, and says every minute what it costs: a wall that hangs for weeks must
 * not grow. With `--data-dir` it also takes the api, the broker and ClickHouse away, one after the other, and says for how
 * long the wall passed old values for live ones. No test: it takes as long as it is told to.
 *
 *   npm start -- --speed 60 --scale 0.05
 *   node tests/browser/soak.ts --minutes 60 --data-dir .data
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    minutes: { type: 'string', default: '60' },
    address: {
      type: 'string',
      default: '?kiosk&rotate=15&screens=overview,radio,datacenter,grid,parking,region,ranking',
    },
    width: { type: 'string', default: '1920' },
    height: { type: 'string', default: '1080' },
    'data-dir': { type: 'string' },
    'fault-every': { type: 'string', default: '3' },
  },
})

const minuteMs = 60_000
const hangMs = 20_000
/**
 * Counts frames, and the longest time without data in which the page said nothing of it, whatever it thinks itself. As
 * text: the script is type-checked without the browser's globals.
 */
const watch = `{
  const soak = globalThis.soak = { frames: 0, unmarkedMs: 0 };
  (function frame() { soak.frames++; requestAnimationFrame(frame) })()
  let dataAt = null
  globalThis.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args)
      this.addEventListener('message', ({ data }) => {
        const { type, cells } = JSON.parse(data)
        if (type === 'snapshot' || (type === 'delta' && cells.length > 0)) dataAt = performance.now()
      })
    }
  }
  setInterval(() => {
    if (dataAt === null || document.querySelector('.wall')?.dataset.lost !== 'false') return
    soak.unmarkedMs = Math.max(soak.unmarkedMs, performance.now() - dataAt)
  }, 100)
}`

interface Fault {
  readonly part: string
  readonly how: 'killed' | 'hangs'
}
const faults: readonly Fault[] = [
  { part: 'api', how: 'killed' },
  { part: 'kafka', how: 'killed' },
  { part: 'clickhouse', how: 'killed' },
  { part: 'api', how: 'hangs' },
  { part: 'kafka', how: 'hangs' },
  { part: 'clickhouse', how: 'hangs' },
]

interface Sample {
  readonly minute: number
  readonly heapMb: number
  readonly nodes: number
  readonly listeners: number
  readonly framesPerSecond: number
  readonly errors: number
  /** Longest time without data that the page did not mark. */
  readonly unmarkedS: number
  /** How often the page was loaded in this minute; more than in the first says that it reloads itself. */
  readonly loads: number
  readonly screen: string
  readonly phase: string
}

const columns: readonly (readonly [keyof Sample, string, number])[] = [
  ['minute', 'minute', 7],
  ['heapMb', 'heap MB', 9],
  ['nodes', 'nodes', 8],
  ['listeners', 'listeners', 11],
  ['framesPerSecond', 'frames/s', 10],
  ['errors', 'errors', 8],
  ['unmarkedS', 'unmarked s', 12],
  ['loads', 'loads', 7],
  ['screen', 'screen', 13],
  ['phase', 'stream', 11],
]

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function sample(
  page: Page,
  devtools: CDPSession,
  counted: Pick<Sample, 'minute' | 'errors' | 'loads'>,
): Promise<Sample> {
  // What is left after a collection is held by something.
  await devtools.send('HeapProfiler.collectGarbage')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const metric = (name: string): number => metrics.find(one => one.name === name)?.value ?? Number.NaN
  const before = await page.evaluate<number>('globalThis.soak.frames')
  const lookMs = 5_000
  await page.waitForTimeout(lookMs)
  const frames = (await page.evaluate<number>('globalThis.soak.frames')) - before
  const unmarkedMs = await page.evaluate<number>(
    '[globalThis.soak.unmarkedMs, (globalThis.soak.unmarkedMs = 0)][0]',
  )
  const attribute = (selector: string, name: string): Promise<string | null> =>
    page.locator(selector).first().getAttribute(name)
  return {
    ...counted,
    heapMb: Number((metric('JSHeapUsedSize') / 2 ** 20).toFixed(1)),
    nodes: metric('Nodes'),
    listeners: metric('JSEventListeners'),
    framesPerSecond: Number(((frames * 1_000) / lookMs).toFixed(1)),
    unmarkedS: Number((unmarkedMs / 1_000).toFixed(1)),
    screen: (await attribute('.wall', 'data-screen')) ?? '',
    phase: (await attribute('[data-testid="connection"]', 'data-phase')) ?? '',
  }
}

/** Kills a part of the local system, which starts it again, or lets it hang for a while. */
async function inflict({ part, how }: Fault, dataDir: string): Promise<void> {
  const { processes } = JSON.parse(await readFile(join(dataDir, 'instance.json'), 'utf8'))
  const { pid } = processes[part]
  say(`${part} ${how}`)
  if (how === 'killed') {
    process.kill(pid, 'SIGKILL')
    return
  }
  process.kill(pid, 'SIGSTOP')
  setTimeout(() => process.kill(pid, 'SIGCONT'), hangMs)
}

const browser = await launchBrowser()
const page = await browser.newPage({
  viewport: { width: Number(values.width), height: Number(values.height) },
})
let errors = 0
let loads = 0
page.on('load', () => {
  loads++
})
page.on('pageerror', error => {
  errors++
  say(`page error: ${error.message}`)
})
page.on('console', message => {
  if (message.type() !== 'error') return
  errors++
  say(`console: ${message.text()}`)
})
await page.addInitScript(watch)
const devtools = await page.context().newCDPSession(page)
await devtools.send('Performance.enable')
await page.goto(new URL(values.address, values.url).href)
await page.locator('[data-testid="connection"][data-phase="live"]').waitFor()

say(columns.map(([, title, width]) => title.padStart(width)).join(''))
const started = Date.now()
for (let minute = 0; minute <= Number(values.minutes); minute++) {
  await page.waitForTimeout(Math.max(0, started + minute * minuteMs - Date.now()))
  const seen = await sample(page, devtools, { minute, errors, loads })
  errors = 0
  loads = 0
  const fault = faults[(minute / Number(values['fault-every']) - 1) % faults.length]
  if (values['data-dir'] && fault) await inflict(fault, values['data-dir'])
  say(columns.map(([name, , width]) => String(seen[name]).padStart(width)).join(''))
}
await browser.close()

import { judgeKnown } from '../../../processors/alerting/backtest/judge-known.ts'
import { judgeLast } from '../../../processors/alerting/backtest/judge-last.ts'
import type { JudgedWindow } from '../../../processors/alerting/judge/judged-window.ts'
import type { Rule } from '../../../schemas/alerts/rule.ts'
import { cpuSince } from '../aggregate/cpu-since.ts'
import type { Section } from '../section.ts'
import { judgeStored } from './stored-history.ts'

const minute = 60_000
const week = 7 * 24 * 60
const regions = 1_000
/** As ALERT_KEEP_WINDOWS of the alerting process. */
const kept = 120
/** Live evaluation keeps windows for corrections and compares what it thought before, so less of it is measured. */
const liveRegions = 100

const rule: Rule = {
  name: 'PueHigh',
  group: 'bench',
  kpi: 'datacenter.pue',
  scope: { level: 'county' },
  condition: { op: '>', threshold: 1.5 },
  clear: { op: '<', threshold: 1.45 },
  for: { windows: 3 },
  keepFiringFor: { windows: 2 },
  minCoverage: 0.8,
  noData: 'keep',
  on: 'final',
  severity: 'major',
  escalateAfterMs: null,
  dueMs: 0,
  inhibits: null,
  labels: {},
  annotations: {},
}
/** One that judges every region, whose codes are made up. */
const county = '370102'

/** A day's wave with some windows without data; it crosses the threshold about once a day. */
function windowsOf(region: number): readonly JudgedWindow[] {
  return Array.from({ length: week }, (_, i): JudgedWindow => {
    const wave = Math.sin((2 * Math.PI * (i + 17 * region)) / 1_440)
    const noise = ((i * 7_919 + region * 104_729) % 97) / 970
    return {
      start: i * minute,
      end: (i + 1) * minute,
      value: 1.25 + 0.22 * wave + noise,
      coverage: (i + region) % 211 === 0 ? 0.5 : 1,
      status: 'final',
      revision: 1,
      version: i,
    }
  })
}

export const rulesSection: Section = {
  name: 'rules',
  question: 'how many windows does a rule judge per CPU second?',
  async run() {
    const weekOfRegion = windowsOf(0)
    // The same windows for every region: what is measured is judging, not making them.
    const began = process.cpuUsage()
    let fired = 0
    let windows = 0
    for (let region = 0; region < regions; region++) {
      const judged = await judgeLast([rule], [{ region: county, windows: weekOfRegion }])
      fired += judged.findings.length
      windows += judged.windows
    }
    const backtest = { windows, fired, cpu_s: cpuSince(began) }

    const live = { windows: 0, fired: 0, cpu_s: 0 }
    for (let region = 0; region < liveRegions; region++) {
      const revisions = windowsOf(region).map(window => ({ region: county, window, at: window.end }))
      const start = process.cpuUsage()
      const judged = await judgeKnown([rule], revisions, kept)
      live.cpu_s += cpuSince(start)
      live.windows += judged.windows
      live.fired += judged.findings.length
    }
    const stored = await judgeStored(rule, regions * week)
    process.stderr.write(
      `backtest of stored windows: ${Math.round(stored.wall_s)} s from the first query to the last alert\n`,
    )
    const results = { backtest, stored, live }
    const table = Object.entries(results).map(([name, measured]) => ({
      'windows of': name,
      windows: measured.windows,
      alerts: measured.fired,
      'CPU seconds': Math.round(measured.cpu_s * 100) / 100,
      'windows per CPU second': Math.round(measured.windows / measured.cpu_s),
    }))
    return { table, results }
  },
}

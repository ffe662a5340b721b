import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../../processors/alerting/backtest/finding.ts'
import { judgeHistory } from '../../../processors/alerting/backtest/run-backtest.ts'
import type { BacktestRange } from '../../../processors/alerting/command/rules-options.ts'
import { parseRuleFile } from '../../../processors/alerting/rules/rule-file.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

const minute = 60_000
const start = Date.UTC(2026, 5, 1, 4)
const range = { fromMs: start, toMs: start + 60 * minute, region: null, asKnown: false, portOffset: 0 }

const rules = parseRuleFile(
  'rules.yaml',
  `
groups:
  - name: test
    rules:
      - alert: PueHigh
        kpi: datacenter.pue
        level: city
        expr: "> 1.5"
        for: 2w
        severity: major
        annotations: {summary_zh: 高, summary_en: high}
      - alert: Silent
        kpi: datacenter.coverage_pct
        level: county
        expr: "< 50"
        severity: major
        annotations: {summary_zh: 静, summary_en: silent}
`,
).rules.map(({ rule }) => rule)

/** Minutes of one KPI and region; each value is what was said of it, first and then, some minutes later. */
const series = (
  kpi: string,
  region: string,
  minutes: readonly (readonly (number | null)[])[],
  coverage = 1,
) =>
  minutes.flatMap((said, i) =>
    said.map((value, n) => ({
      kpi,
      region,
      level: region.endsWith('00') ? 'city' : 'county',
      record: 'rack',
      window_start: sqlTime(start + i * minute),
      window_end: sqlTime(start + (i + 1) * minute),
      value,
      status: n === 0 ? 'final' : 'corrected',
      revision: n + 1,
      version: 10 * i + n,
      coverage,
      computed_at: sqlTime(start + (i + 1 + 10 * n) * minute),
    })),
  )

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
  const rows = [
    // High for three minutes, but the late readings of two of them say otherwise.
    ...series('datacenter.pue', '370100', [[1.4], [1.6, 1.4], [1.6, 1.4], [1.6], [1.4], [1.4]]),
    ...series('datacenter.pue', '370200', [[1.4], [1.6], [1.7], [null], [1.6], [1.4]]),
    // No rule speaks of it.
    ...series('datacenter.pue', '370102', [[1.9], [1.9], [1.9]]),
    ...series('datacenter.coverage_pct', '370102', [[100], [0], [0]], 0.1),
  ]
  await db.insert('kpi_revisions_windows_store', rows)
  await db.insert('kpi_windows_store', rows)
})
afterAll(() => db?.drop())

const judge = async (change: Partial<BacktestRange> = {}) => {
  const stored = { clickhouse: db.client, database: db.database }
  const { findings, windows } = await judgeHistory(rules, stored, { ...range, ...change }, 100)
  const shown = findings.map(
    ({ alert, region, fired_at, resolved_at, state, raised_late }: Finding) =>
      `${alert} ${region} ${(fired_at - start) / minute}-${resolved_at === null ? '' : (resolved_at - start) / minute} ${state}${raised_late ? ' late' : ''}`,
  )
  return { shown, windows }
}

test('the last revisions say what was true', async () => {
  expect(await judge()).toEqual({
    shown: ['Silent 370102 2- firing', 'PueHigh 370200 3-6 resolved'],
    windows: 6 + 6 + 3,
  })
})

test('as it was known, what was retracted is there too', async () => {
  const { shown } = await judge({ asKnown: true })
  expect(shown.toSorted()).toEqual([
    'PueHigh 370100 4-5 retracted',
    'PueHigh 370200 3-6 resolved',
    'Silent 370102 2- firing',
  ])
})

test('a range and a region limit it', async () => {
  expect((await judge({ region: '370200' })).shown).toEqual(['PueHigh 370200 3-6 resolved'])
  expect((await judge({ toMs: start + 3 * minute })).shown).toEqual([
    'Silent 370102 2- firing',
    'PueHigh 370200 3- firing',
  ])
})

test('a week of minutes of every city streams by', async () => {
  const [from, week] = [Date.UTC(2026, 0, 5), 7 * 24 * 60]
  await db.client.command({
    query: `INSERT INTO ${db.database}.kpi_windows_store (kpi, region, level, record, window_start, window_end, value, status, revision, version, coverage)
      SELECT 'datacenter.pue', toString(370100 + 100 * intDiv(number, ${week})), 'city', 'rack',
        toDateTime64('2026-01-05 00:00:00', 3, 'UTC') + toIntervalMinute(number % ${week}),
        toDateTime64('2026-01-05 00:01:00', 3, 'UTC') + toIntervalMinute(number % ${week}),
        if(number % 1440 BETWEEN 100 AND 105, 1.6, 1.3), 'final', 1, number, 1
      FROM numbers(17 * ${week})`,
  })
  const { shown, windows } = await judge({ fromMs: from, toMs: from + week * minute })
  // 371200 is no city any more.
  expect(windows).toBe(16 * week)
  expect(shown).toHaveLength(16 * 7)
})

import { clickhouseSettings } from '../../../platform/clickhouse/clickhouse-client.ts'
import { patientStore } from '../../../platform/clickhouse/patient-store.ts'
import type { Store } from '../../../platform/clickhouse/select-rows.ts'
import { commandConfig } from '../../../platform/command-options.ts'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import type { Rule } from '../../../schemas/alerts/rule.ts'
import { subtreeOf } from '../../../schemas/regions/regions.ts'
import { alertingSettings } from '../alerting-settings.ts'
import type { BacktestRange } from '../command/rules-options.ts'
import { backtestText } from './backtest-report.ts'
import { byTime, type Finding } from './finding.ts'
import { knownRevisions, lastRevisions } from './history.ts'
import { judgeKnown } from './judge-known.ts'
import { judgeLast } from './judge-last.ts'

/** How long ClickHouse may be away in the middle of it, ms. */
const awayMs = 60_000

const backtestSettings = { ...clickhouseSettings, alertKeepWindows: alertingSettings.alertKeepWindows }

/**
 * Judges stored history and prints what would have fired, in order of time. Silences and inhibition are not applied.
 * @throws CodedError `clickhouse_failed`
 */
export async function runBacktest(
  rules: readonly Rule[],
  range: BacktestRange,
  json: boolean,
  print: (text: string) => void,
): Promise<void> {
  const config = commandConfig(backtestSettings, process.env, range.portOffset)
  const store = patientStore(config, { withinMs: awayMs })
  const { clickhouse } = store
  const began = performance.now()
  try {
    const { findings, windows } = await judgeHistory(rules, store, range, config.alertKeepWindows)
    if (json) for (const finding of findings) print(`${JSON.stringify(finding)}\n`)
    else print(backtestText(rules, findings, { windows, ms: performance.now() - began }))
  } catch (cause) {
    throw new CodedError('clickhouse_failed', `ClickHouse ${config.clickhouseUrl}: ${messageOf(cause)}`, {
      cause,
      hint: 'is the system running? --port-offset N finds one that was started with it',
    })
  } finally {
    await clickhouse.close()
  }
}

/**
 * One reading of the history for each KPI, whatever the number of its rules.
 * @param keep as the alerting process keeps windows for corrections
 */
export async function judgeHistory(
  rules: readonly Rule[],
  stored: Store,
  { fromMs, toMs, region, asKnown }: Pick<BacktestRange, 'fromMs' | 'toMs' | 'region' | 'asKnown'>,
  keep: number,
): Promise<{ readonly findings: readonly Finding[]; readonly windows: number }> {
  const regions = region === null ? null : subtreeOf(region).map(({ code }) => code)
  const findings: Finding[] = []
  let windows = 0
  for (const kpi of new Set(rules.map(rule => rule.kpi))) {
    const own = rules.filter(rule => rule.kpi === kpi)
    const query = { ...stored, kpi, regions, fromMs, toMs }
    const judged = asKnown
      ? await judgeKnown(own, knownRevisions(query), keep)
      : await judgeLast(own, lastRevisions(query))
    findings.push(...judged.findings)
    windows += judged.windows
  }
  return { findings: findings.sort(byTime), windows }
}

import { clickhouseClient } from '../../../platform/clickhouse/clickhouse-client.ts'
import { migrate } from '../../../platform/clickhouse/migrate.ts'
import { createLog } from '../../../platform/log.ts'
import { judgeHistory } from '../../../processors/alerting/backtest/run-backtest.ts'
import type { Rule } from '../../../schemas/alerts/rule.ts'
import { counties } from '../../../schemas/regions/regions.ts'
import { clickhousePassword } from '../../clickhouse-password.ts'
import { startStores } from '../../integration/started-stores.ts'
import { cpuSince } from '../aggregate/cpu-since.ts'

const database = 'bench'
const minute = 60_000
const from = Date.UTC(2026, 0, 1)

export interface JudgedHistory {
  readonly windows: number
  readonly fired: number
  /** Of this process; ClickHouse's own is not in it. */
  readonly cpu_s: number
  readonly wall_s: number
}

/** A backtest as `npm run rules -- backtest` does it, over so many stored windows of one KPI, spread over the counties. */
export async function judgeStored(rule: Rule, windows: number): Promise<JudgedHistory> {
  const stores = await startStores(['clickhouse'])
  const clickhouse = clickhouseClient({
    clickhouseUrl: stores.addresses.CLICKHOUSE_URL ?? '',
    clickhouseUser: 'default',
    clickhousePassword,
    clickhouseDatabase: database,
  })
  try {
    await migrate(clickhouse, database, createLog('bench', 'silent'))
    const each = Math.ceil(windows / counties.length)
    // A day's wave, with a place of its own in it for each county, and some windows without data.
    const codes = counties.map(({ code }) => `'${code}'`).join(',')
    await clickhouse.command({
      query: `INSERT INTO ${database}.kpi_windows_store
          (kpi, region, level, record, window_start, window_end, value, status, revision, version, coverage)
        SELECT '${rule.kpi}', region, 'county', 'facility', fromUnixTimestamp64Milli(start), fromUnixTimestamp64Milli(start + ${minute}),
          1.25 + 0.22 * sin(2 * pi() * (number + 17 * place) / 1440) + (number * 7919 + place * 104729) % 97 / 970,
          'final', 1, number, if((number + place) % 211 = 0, 0.5, 1)
        FROM (SELECT number, toInt64(${from}) + number * ${minute} AS start FROM numbers(${each}))
        ARRAY JOIN [${codes}] AS region, range(${counties.length}) AS place`,
    })
    const cpu = process.cpuUsage()
    const began = performance.now()
    const range = { fromMs: from, toMs: from + each * minute, region: null, asKnown: false }
    const judged = await judgeHistory([rule], { clickhouse, database }, range, 1)
    return {
      windows: judged.windows,
      fired: judged.findings.length,
      cpu_s: cpuSince(cpu),
      wall_s: (performance.now() - began) / 1000,
    }
  } finally {
    await clickhouse.close()
    await stores.stop()
  }
}

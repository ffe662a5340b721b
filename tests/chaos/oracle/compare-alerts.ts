import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { clickhousePassword } from '../../clickhouse-password.ts'
import { chaosRule } from '../system/chaos-rule.ts'
import { type AlertTime, expectedAlerts } from './expected-alerts.ts'

export interface AlertReport {
  /** Alerts that were to have fired. */
  readonly expected: number
  /** Among those that are stored: fired once and taken back by a correction. */
  readonly retracted: number
  /** Alerts of one region that are missing, or too many, or of another time. */
  readonly differences: readonly AlertDifference[]
}

export interface AlertDifference {
  readonly region: string
  readonly expected: readonly AlertTime[]
  readonly stored: readonly AlertTime[]
}

/** A 64-bit number may come as text. */
type Whole = number | string

/**
 * Compares the alerts that are stored with what the last revisions say should have fired. Whether these are what was
 * accepted is another question, see `compareWithAccepted`. The system must have come to rest.
 */
export async function compareAlerts(clickhouseUrl: string): Promise<AlertReport> {
  const client = createClient({
    url: clickhouseUrl,
    password: clickhousePassword,
    log: { level: ClickHouseLogLevel.OFF },
  })
  const rows = async <Row>(query: string): Promise<readonly Row[]> => {
    const answer = await client.query({
      query,
      query_params: { kpi: chaosRule.kpi, rule: chaosRule.alert },
      format: 'JSONEachRow',
    })
    return answer.json<Row>()
  }
  try {
    const values = await rows<{ region: string; start: Whole; end: Whole; value: number | null }>(`
      SELECT region, toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(window_end) AS end, value
      FROM citybrain.kpi WHERE kpi = {kpi:String} AND level = 'county' ORDER BY region, window_start`)
    const alerts = await rows<{ region: string; state: string; since: Whole; until: Whole | null }>(`
      SELECT region, state, toUnixTimestamp64Milli(active_since) AS since, toUnixTimestamp64Milli(resolved_at) AS until
      FROM citybrain.alerts WHERE rule = {rule:String} AND fired_at IS NOT NULL ORDER BY region, active_since`)
    const byRegion = Map.groupBy(values, ({ region }) => region)
    const stored = Map.groupBy(
      alerts.filter(({ state }) => state !== 'retracted'),
      ({ region }) => region,
    )
    let expected = 0
    const differences: AlertDifference[] = []
    for (const region of new Set([...byRegion.keys(), ...stored.keys()])) {
      const times = expectedAlerts(
        (byRegion.get(region) ?? []).map(({ start, end, value }) => ({
          start: Number(start),
          end: Number(end),
          value,
        })),
        chaosRule.above,
      )
      const found = (stored.get(region) ?? []).map(({ since, until }) => ({
        since: Number(since),
        until: until === null ? null : Number(until),
      }))
      expected += times.length
      if (JSON.stringify(times) !== JSON.stringify(found))
        differences.push({ region, expected: times, stored: found })
    }
    return { expected, retracted: alerts.filter(({ state }) => state === 'retracted').length, differences }
  } finally {
    await client.close()
  }
}

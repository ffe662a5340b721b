import { type Static, Type } from 'typebox'
import { regionOf, subtreeOf } from '../../schemas/regions/regions.ts'
import { askHistory, type History } from './ask-history.ts'

/** ITU-T X.733 perceived severities of an alarm that is active, the worst one first. */
export const alarmSeverities = ['CRITICAL', 'MAJOR', 'MINOR', 'WARNING', 'INDETERMINATE'] as const
export type AlarmSeverity = (typeof alarmSeverities)[number]

const SeverityName = Type.Enum([...alarmSeverities])
const NullableText = Type.Union([Type.String(), Type.Null()])

const AlarmRow = Type.Object({
  asset_id: Type.String(),
  alarm_id: Type.String(),
  county: Type.String(),
  severity: SeverityName,
  probable_cause: NullableText,
  specific_problem: NullableText,
  since_ms: Type.Number(),
  last_report_ms: Type.Number(),
})

const CountRow = Type.Object({ county: Type.String(), severity: SeverityName, alarms: Type.Number() })

export type ActiveAlarm = Omit<Static<typeof AlarmRow>, 'since_ms' | 'last_report_ms'> & {
  readonly since: number
  readonly last_report: number
}
export type AlarmCount = Static<typeof CountRow>

export interface AlarmChoice {
  /** Of these and everything below them. */
  readonly regions: readonly string[]
  readonly severities: readonly AlarmSeverity[]
}

/** How many alarms are active, by county and severity. @throws CodedError `history_unavailable` or `history_timeout` */
export async function countAlarms(history: History, choice: AlarmChoice): Promise<readonly AlarmCount[]> {
  const text = `SELECT county, severity, count() AS alarms ${from} GROUP BY county, severity`
  return askHistory(history, { text, params: paramsOf(history, choice) }, CountRow)
}

/** The worst ones first, of equals the newest. @throws CodedError `history_unavailable` or `history_timeout` */
export async function listAlarms(
  history: History,
  choice: AlarmChoice,
  limit: number,
): Promise<readonly ActiveAlarm[]> {
  const rank = alarmSeverities.map(name => `'${name}'`).join(', ')
  const text = `
SELECT asset_id, alarm_id, county, severity, probable_cause, specific_problem,
  toUnixTimestamp64Milli(since) AS since_ms, toUnixTimestamp64Milli(last_report) AS last_report_ms
${from}
ORDER BY indexOf([${rank}], severity), since_ms DESC, asset_id, alarm_id
LIMIT {limit: UInt32}`
  const rows = await askHistory(history, { text, params: { ...paramsOf(history, choice), limit } }, AlarmRow)
  return rows.map(({ since_ms: since, last_report_ms: last_report, ...row }) => ({
    ...row,
    since,
    last_report,
  }))
}

const from = `FROM {database: Identifier}.alarms_active
WHERE county IN {counties: Array(String)} AND severity IN {severities: Array(String)}`

function paramsOf({ database }: History, { regions, severities }: AlarmChoice) {
  const counties = regions.flatMap(code => subtreeOf(code)).filter(({ level }) => level === 'county')
  return { database, counties: [...new Set(counties.map(({ code }) => code))], severities }
}

/** How many of each severity there are in a region and everything below it. */
export function alarmsIn(
  region: string,
  counts: readonly AlarmCount[],
): Readonly<Record<AlarmSeverity, number>> {
  const sums = { CRITICAL: 0, MAJOR: 0, MINOR: 0, WARNING: 0, INDETERMINATE: 0 }
  const below = new Set(regionOf(region) ? subtreeOf(region).map(({ code }) => code) : [])
  for (const { county, severity, alarms } of counts) if (below.has(county)) sums[severity] += alarms
  return sums
}

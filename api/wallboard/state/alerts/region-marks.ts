import { type AlertLine, isDemanding } from '../../../../schemas/alerts/alert.ts'
import { type Severity, severities } from '../../../../schemas/alerts/severity.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'

/** The worst of the alerts that demand somebody, and how many there are. */
export interface RegionMark {
  readonly severity: Severity
  readonly count: number
}

/** By region; a city has those of its counties too. */
export function regionMarks(alerts: readonly AlertLine[]): ReadonlyMap<string, RegionMark> {
  const marks = new Map<string, RegionMark>()
  for (const alert of alerts.filter(isDemanding)) {
    for (const code of placesOf(alert.region)) {
      const before = marks.get(code)
      const severity = before ? worse(before.severity, alert.severity) : alert.severity
      marks.set(code, { severity, count: (before?.count ?? 0) + 1 })
    }
  }
  return marks
}

function worse(one: Severity, other: Severity): Severity {
  return severities.indexOf(one) < severities.indexOf(other) ? one : other
}

function placesOf(code: string): readonly string[] {
  const region = regionOf(code)
  return region?.level === 'county' && region.parent ? [code, region.parent] : [code]
}

import { type AuditReport, isClean } from './audit-report.ts'

/** The whole report as one JSON object; times are RFC 3339. */
export function reportJson(report: AuditReport): string {
  const { from, to, census, differences, moving } = report
  const spanned = <T extends { readonly windowStart?: number; readonly windowEnd?: number }>(one: T) => ({
    ...one,
    ...(one.windowStart === undefined ? {} : { windowStart: iso(one.windowStart) }),
    ...(one.windowEnd === undefined ? {} : { windowEnd: iso(one.windowEnd) }),
  })
  const shown = {
    clean: isClean(report),
    ...report,
    from: iso(from),
    to: iso(to),
    census: census.map(spanned),
    differences: differences.map(spanned),
    moving: moving.map(spanned),
  }
  return `${JSON.stringify(shown, null, 2)}\n`
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

import type { RecordId } from '../../../schemas/records/record.ts'
import type { Rejected } from '../checks/dead-letters.ts'
import type { Outside } from '../plan/audited-range.ts'
import type { CensusCase } from '../settle/census-case.ts'
import type { ExpectationsCase } from '../settle/expectations-case.ts'
import type { OffsetsCase } from '../settle/offsets-case.ts'
import { subjectOf } from '../settle/suspect.ts'
import type { UntoldCase } from '../settle/untold-case.ts'
import { verdictOf } from '../settle/verdict.ts'
import type { WindowsCase } from '../settle/windows-case.ts'
import type { Span } from '../sql/literals.ts'
import {
  type AuditReport,
  type CensusReport,
  type Moving,
  type RecordReport,
  rejectedOf,
} from './audit-report.ts'
import type { Difference } from './difference.ts'

export interface Findings {
  readonly range: Span
  readonly records: readonly RecordId[]
  readonly rejected: ReadonlyMap<string, Rejected>
  readonly outside: ReadonlyMap<RecordId, Outside>
  readonly windows: WindowsCase
  readonly offsets: readonly OffsetsCase[]
  readonly census: readonly CensusCase[]
  readonly expectations: readonly ExpectationsCase[]
  readonly untold: readonly UntoldCase[]
  /** Wall time, ms. */
  readonly now: number
  readonly settleMs: number
}

/** Says of everything that was looked at whether it differs or is moving. */
export function buildReport(findings: Findings): AuditReport {
  const { range, records, windows, offsets, untold, now, settleMs } = findings
  const moving = new Map<string, Moving>()
  const differences: Difference[] = []
  const rowsUntold = new Map<RecordId, number>()
  for (const suspect of windows.suspects) {
    const verdict = verdictOf(suspect, now, settleMs)
    const { record, windowStart, sizeMs } = subjectOf(suspect)
    if (verdict.kind === 'moving') {
      const { reason } = verdict
      moving.set(`${record}|${windowStart}`, { record, windowStart, windowEnd: windowStart + sizeMs, reason })
    } else {
      differences.push(...verdict.differences)
      rowsUntold.set(record, (rowsUntold.get(record) ?? 0) + verdict.untold)
    }
  }
  for (const { record, note } of windows.standstills) {
    differences.push({ check: 'progress', record, name: 'windows', stored: null, recomputed: null, note })
  }
  differences.push(
    ...offsets.flatMap(({ look }) => look.differences),
    ...untold.flatMap(one => one.differences),
  )
  for (const { record, look, movedAt } of findings.expectations) {
    if (look.differing === 0) continue
    if (now - movedAt < settleMs) {
      for (const { windowStart = 0, windowEnd = 0 } of look.differences) {
        const reason = 'the asset registry has changed'
        moving.set(`${record}|${windowStart}`, { record, windowStart, windowEnd, reason })
      }
    } else {
      differences.push(...look.differences)
      rowsUntold.set(record, (rowsUntold.get(record) ?? 0) + look.differing - look.differences.length)
    }
  }
  const census = censusOf(findings)
  differences.push(...census.differences)
  const all = [...moving.values(), ...census.moving]
  return {
    ...range,
    records: records.map(record => recordReport(record, findings, { differences, rowsUntold, moving: all })),
    census: census.reports,
    differences: differences.sort(inOrder),
    untold: [...rowsUntold.values()].reduce((sum, rows) => sum + rows, 0),
    moving: all.sort((left, right) => left.windowStart - right.windowStart),
  }
}

interface Decided {
  readonly differences: readonly Difference[]
  readonly rowsUntold: ReadonlyMap<RecordId, number>
  readonly moving: readonly Moving[]
}

function recordReport(
  record: RecordId,
  { windows, offsets, rejected, outside }: Findings,
  decided: Decided,
): RecordReport {
  const tally = windows.tallyOf(record)
  const log = offsets.find(one => one.record === record)?.look
  const refused = { rejected: rejected.get(record) ?? {} }
  const own = (one: { readonly record: string }): boolean => one.record === record
  return {
    record,
    windows: tally.windows,
    received: tally.received + rejectedOf(refused),
    counted: tally.counted,
    duplicates: tally.received - tally.counted - tally.waiting,
    ...refused,
    waiting: tally.waiting,
    kpiValues: tally.kpiValues,
    offsets: log?.expected ?? 0,
    missingOffsets: log?.missing ?? 0,
    differences: decided.differences.filter(own).length + (decided.rowsUntold.get(record) ?? 0),
    moving: decided.moving.filter(own).length,
    outside: outside.get(record) ?? { readings: 0, windows: 0 },
  }
}

function censusOf({ census, now, settleMs }: Findings): {
  readonly reports: readonly CensusReport[]
  readonly differences: readonly Difference[]
  readonly moving: readonly Moving[]
} {
  const reports: CensusReport[] = []
  const differences: Difference[] = []
  const moving: Moving[] = []
  for (const { census: id, window, look, movedAt } of census) {
    const { start: windowStart, end: windowEnd } = window
    reports.push({ census: id, windowStart, windowEnd, kpiValues: look.values })
    if (look.differences.length === 0) continue
    const where = { record: id, windowStart, windowEnd }
    if (look.assetsChanged) moving.push({ ...where, reason: 'the asset registry has changed since' })
    else if (now - movedAt < settleMs) moving.push({ ...where, reason: 'a correction is due' })
    else differences.push(...look.differences)
  }
  return { reports, differences, moving }
}

function inOrder(left: Difference, right: Difference): number {
  return (left.windowStart ?? 0) - (right.windowStart ?? 0) || left.name.localeCompare(right.name)
}

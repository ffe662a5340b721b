import { type AuditReport, isClean, type Moving, type RecordReport, rejectedOf } from './audit-report.ts'
import { type Check, checks, type Difference } from './difference.ts'

/** Differences shown of each check; the others are in the JSON. */
const shown = 20

export interface PrintOptions {
  /** Name every moving window. */
  readonly verbose: boolean
}

/** The report for people. */
export function printReport(report: AuditReport, { verbose }: PrintOptions): string {
  const blocks = [
    table(report.records),
    rejectedLines(report.records),
    offsetsLine(report.records),
    rangeLines(report),
    censusLines(report),
    ...Object.keys(checks)
      .filter(isCheck)
      .map(check => differenceLines(report, check)),
    movingLines(report, verbose),
    verdict(report),
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

const columns: readonly (readonly [string, (record: RecordReport) => string | number])[] = [
  ['record', ({ record }) => record],
  ['windows', ({ windows }) => windows],
  ['received', ({ received }) => received],
  ['counted', ({ counted }) => counted],
  ['duplicates', ({ duplicates }) => duplicates],
  ['rejected', record => rejectedOf(record)],
  ['waiting', ({ waiting }) => waiting],
  ['KPI values', ({ kpiValues }) => kpiValues],
  ['differences', ({ differences }) => differences],
  ['moving', ({ moving }) => moving],
]

function table(records: readonly RecordReport[]): string {
  const rows = [
    columns.map(([name]) => name),
    ...records.map(record => columns.map(([, cell]) => cellText(cell(record)))),
  ]
  const widths = columns.map((_, i) => Math.max(...rows.map(row => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')
  return rows.map(line).join('\n')
}

function rejectedLines(records: readonly RecordReport[]): string {
  return records
    .filter(record => rejectedOf(record) > 0)
    .map(({ record, rejected }) => {
      const codes = Object.entries(rejected).map(([code, count]) => `${code} ${number(count)}`)
      return `rejected  ${record}: ${codes.join(', ')}`
    })
    .join('\n')
}

function offsetsLine(records: readonly RecordReport[]): string {
  const offsets = records.reduce((sum, record) => sum + record.offsets, 0)
  const missing = records.reduce((sum, record) => sum + record.missingOffsets, 0)
  return `offsets   ${number(offsets)} that the archive has committed, ${missing === 0 ? 'none' : number(missing)} missing`
}

/** A range that ends beyond this has no end, epoch ms. */
const endOfTime = Date.UTC(2299, 0)

/** What was looked at, and what was not. */
function rangeLines({ from, to, records }: AuditReport): string {
  const outside = records
    .filter(({ outside: { readings, windows } }) => readings > 0 || windows > 0)
    .map(
      ({ record, outside: { readings, windows } }) =>
        `not looked at  ${record}: ${plural(windows, 'window')} and ${plural(readings, 'message')} before or after: --all takes all`,
    )
  const until = to >= endOfTime ? 'on' : `to ${iso(to)}`
  return [`range     windows that start from ${iso(from)} ${until}`, ...outside].join('\n')
}

function censusLines({ census }: AuditReport): string {
  return census
    .map(
      one =>
        `census    ${one.census} of ${timeSpan(one.windowStart, one.windowEnd)}: ${number(one.kpiValues)} KPI values`,
    )
    .join('\n')
}

function differenceLines({ differences }: AuditReport, check: Check): string {
  const found = differences.filter(difference => difference.check === check)
  if (found.length === 0) return ''
  const rest = found.length > shown ? [`  … and ${number(found.length - shown)} more: --json lists them`] : []
  const title = `not so: ${checks[check]} (${number(found.length)})`
  return [title, ...found.slice(0, shown).map(differenceLine), ...rest].join('\n')
}

function differenceLine(difference: Difference): string {
  const { record, region, windowStart, windowEnd, name, stored, recomputed, revision, version } = difference
  const { also = [], note, offsets = [] } = difference
  const where = [
    record,
    ...(region === undefined ? [] : [region]),
    ...(windowStart === undefined || windowEnd === undefined ? [] : [timeSpan(windowStart, windowEnd)]),
  ].join(' ')
  const numbers =
    stored === null && recomputed === null
      ? []
      : [`${name}: stored ${valueText(name, stored)}, recomputed ${valueText(name, recomputed)}`]
  const facts = [
    ...(revision === undefined ? [] : [`revision ${revision}, version ${version}`]),
    ...(also.length > 0 ? [`also ${also.join(', ')}`] : []),
    ...(note === undefined ? [] : [note]),
    ...(offsets.length > 0
      ? [`offsets ${offsets.map(({ partition, first, last }) => `${partition}:${first}-${last}`).join(' ')}`]
      : []),
  ]
  return `  ${[where, ...numbers, ...facts].join('; ')}`
}

function movingLines({ moving }: AuditReport, verbose: boolean): string {
  if (moving.length === 0) return ''
  const byReason = [...Map.groupBy(moving, ({ reason }) => reason)]
  const named = (windows: readonly Moving[]): string[] =>
    verbose
      ? windows.map(({ record, windowStart, windowEnd }) => `  ${record} ${timeSpan(windowStart, windowEnd)}`)
      : []
  return byReason
    .flatMap(([reason, windows]) => [
      `moving    ${plural(windows.length, 'window')}: ${reason}`,
      ...named(windows),
    ])
    .join('\n')
}

function verdict(report: AuditReport): string {
  const { records, census, differences, untold, moving } = report
  const received = records.reduce((sum, record) => sum + record.received, 0)
  const values = [...records, ...census].reduce((sum, { kpiValues }) => sum + kpiValues, 0)
  const looked = `${number(received)} messages, ${number(values)} KPI values`
  const still = moving.length === 0 ? '' : `; ${plural(moving.length, 'window')} still moving`
  if (isClean(report) && received === 0 && records.some(({ outside }) => outside.readings > 0)) {
    return `nothing was looked at: no message is in this range${still}`
  }
  if (isClean(report)) return `clean: ${looked}, no difference${still}`
  return `not clean: ${looked}, ${plural(differences.length + untold, 'difference')}${still}`
}

function isCheck(text: string): text is Check {
  return Object.hasOwn(checks, text)
}

function cellText(cell: string | number): string {
  return typeof cell === 'string' ? cell : number(cell)
}

function valueText(name: string, value: number | null): string {
  if (value === null) return 'none'
  return name === 'event_time_max' || name.endsWith('window_end')
    ? new Date(value).toISOString()
    : String(value)
}

function timeSpan(start: number, end: number): string {
  return `${iso(start)}/${iso(end)}`
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

function plural(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? '' : 's'}`
}

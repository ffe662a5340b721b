import type { Difference } from '../correct/differences.ts'
import type { WindowToCorrect } from '../correct/window-to-correct.ts'
import { type Change, isUnpublished } from './change.ts'

type Row = readonly [region: string, window: string, what: string, values: string, readings: string]

const header: Row = ['region', 'window', 'kpi', 'stored -> recomputed', 'readings']
const mostRows = 50
const nothing = '-'

/** What differs, for people: a line for each KPI; one for a window that was never published. */
export class DifferenceTable {
  private readonly rows: Row[] = []
  private left = 0

  add(window: WindowToCorrect, changes: readonly Change[]): void {
    const rows = isUnpublished(window) ? [unpublishedRow(window, changes)] : changes.flatMap(changeRows)
    const room = Math.max(0, mostRows - this.rows.length)
    this.rows.push(...rows.slice(0, room))
    this.left += Math.max(0, rows.length - room)
  }

  /** Empty when nothing differs. */
  text(): string {
    if (this.rows.length === 0) return ''
    const all = [header, ...this.rows]
    const widths = header.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)))
    const lines = all.map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    return [...lines, ...(this.left > 0 ? [`and ${this.left} more (--json prints all)`] : [])].join('\n')
  }
}

function unpublishedRow({ windowStart }: WindowToCorrect, changes: readonly Change[]): Row {
  const readings = changes.reduce((most, { message }) => Math.max(most, message.readings), 0)
  const regions = `${nothing} -> ${changes.length} regions`
  return ['all', instant(windowStart), '(never published)', regions, `${nothing} -> ${readings}`]
}

/** What every KPI shares, and a county's measures, only where no KPI tells of it. */
function changeRows({ message, stored, differences }: Change): Row[] {
  const ofKpis = differences.filter(({ kind }) => kind === 'kpi')
  const readings = pair(stored?.readings, message.readings)
  return (ofKpis.length > 0 ? ofKpis : differences).map(({ name, stored: before, computed }) => [
    message.region,
    instant(message.window_start),
    name,
    pair(before, computed),
    readings,
  ])
}

function pair(before: Difference['stored'], after: Difference['computed']): string {
  const [short, shortAfter] = [shown(before, true), shown(after, true)]
  return short === shortAfter && before !== after
    ? `${shown(before)} -> ${shown(after)}`
    : `${short} -> ${shortAfter}`
}

function shown(value: Difference['stored'], rounded = false): string {
  if (value === undefined) return nothing
  if (value === null || !Number.isFinite(value)) return 'null'
  return String(rounded ? Number(value.toPrecision(7)) : value)
}

/** The same, complete: an object for each number. Times are RFC 3339. */
export function differenceObjects(changes: readonly Change[]): readonly object[] {
  return changes.flatMap(({ message, stored, differences }) =>
    differences.map(({ kind, name, stored: before, computed }) => ({
      type: 'difference',
      record: message.record,
      region: message.region,
      level: message.level,
      window_start: instant(message.window_start),
      window_end: instant(message.window_end),
      kind,
      name,
      stored: finite(before),
      recomputed: finite(computed),
      readings_stored: stored?.readings ?? null,
      readings_recomputed: message.readings,
      revision_stored: stored?.revision ?? null,
      revision: message.revision,
    })),
  )
}

/** An extreme of nothing is infinite, and null in JSON and SQL. */
function finite(value: Difference['stored']): number | null {
  return value !== undefined && value !== null && Number.isFinite(value) ? value : null
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

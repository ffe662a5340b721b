import type { ParseArgsOptionsConfig } from 'node:util'
import { instantOption, optionValues, portOffsetOption, UsageError } from '../../platform/command-options.ts'
import { isRecordId, type RecordId, recordIds } from '../../schemas/records/record.ts'

export interface AuditOptions {
  /** Windows that start in [from, to), epoch ms; by default the last day of what is stored. From 0: all of it. */
  readonly from?: number
  readonly to?: number
  readonly records: readonly RecordId[]
  /** How long what differs is looked at again while nothing happens, ms. */
  readonly settleMs: number
  readonly json: boolean
  /** Name every moving window. */
  readonly verbose: boolean
  readonly portOffset: number
}

export const auditUsage = `npm run audit -- [options]

Proves on the running system, without stopping it, that every message received is counted once, as a duplicate, or
rejected; that the last revision of every window is what the stored readings give, KPIs of all regions included; and that
no offset of the log is missing. Windows that are still moving are named, not failed.

  --from T, --to T   windows that start in [from, to), RFC 3339 or epoch ms (default: the last 24 h stored, and what follows)
  --all              every window that is stored, however old: what was replayed, too
  --record R         only this record type, may be given again: ${recordIds.join(', ')}
  --json             the whole report as JSON
  --verbose          name every moving window
  --settle S         how long to look again at what differs while nothing happens, s (default 60)
  --port-offset N    of a local system that was started with it

Kafka and ClickHouse come from the environment, as the processors have them; the stores' defaults are where npm start has
them. Exit code 0: no difference; 1: differences, each is named; 64: wrong usage; 69: Kafka or ClickHouse away;
78: wrong configuration.
`

/** @throws UsageError */
export function auditOptions(args: readonly string[]): AuditOptions {
  const {
    from: start,
    to,
    all,
    record,
    settle,
    json,
    verbose,
    ...values
  } = optionValues(args, options, auditUsage)
  if (all && start !== undefined) throw usage('--all begins at the beginning: it goes without --from')
  const from = all ? '0' : start
  const range = {
    ...(from === undefined ? {} : { from: instantOf('--from', from) }),
    ...(to === undefined ? {} : { to: instantOf('--to', to) }),
  }
  if (range.from !== undefined && range.to !== undefined && range.from >= range.to) {
    throw usage(`--from ${from} is not before --to ${to}`)
  }
  return {
    ...range,
    records: record.length === 0 ? recordIds : [...new Set(record.map(recordOf))],
    settleMs: secondsOf(settle) * 1000,
    json,
    verbose,
    portOffset: portOffsetOption(values['port-offset']),
  }
}

const options = {
  from: { type: 'string' },
  to: { type: 'string' },
  all: { type: 'boolean', default: false },
  record: { type: 'string', multiple: true, default: [] },
  settle: { type: 'string', default: '60' },
  json: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  'port-offset': { type: 'string', default: '0' },
} satisfies ParseArgsOptionsConfig

function instantOf(option: string, text: string): number {
  return /^\d+$/.test(text) ? Number(text) : instantOption(option, text)
}

function recordOf(text: string): RecordId {
  if (isRecordId(text)) return text
  throw usage(`--record: expected one of ${recordIds.join(', ')}, got ${text}`)
}

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (text.trim() !== '' && seconds >= 0 && Number.isFinite(seconds)) return seconds
  throw usage(`--settle: expected seconds, got ${text}`)
}

function usage(message: string): UsageError {
  return new UsageError(message, { hint: auditUsage })
}

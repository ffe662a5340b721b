import { parseArgs } from 'node:util'
import { CodedError } from '../../../platform/errors.ts'
import { timestampMs } from '../../pipeline/timestamp.ts'
import { knownEncoding } from './text-encoding.ts'

export interface ReplayOptions {
  readonly files: readonly string[]
  /** The HTTP door. */
  readonly to: string
  /** Where the last event time of each data set is shifted to, epoch ms; null leaves times as they are. */
  readonly shiftToMs: number | null
  /** Event time per wall time; Infinity posts as fast as ingest takes it. */
  readonly speed: number
  /** Bounds of the files' own event times, half-open, epoch ms. */
  readonly fromMs: number
  readonly untilMs: number
  readonly limit: number
  readonly seed: number
  readonly pdcpKbitVendors: readonly string[]
  /** Of the files' text, where they do not say it themselves. */
  readonly encoding: string | undefined
  /** Assets of foreign data sets do not retire with its last reading. */
  readonly keepInService: boolean
  readonly dryRun: boolean
  readonly verbose: boolean
}

export const replayUsage = `npm run replay -- FILE... [options]

  --to URL              the HTTP door (http://127.0.0.1:8090)
  --shift-to WHEN       now, an RFC 3339 time, or none (none): the last event time of each data set becomes this
  --from T, --until T   only event times in [from, until), as they are in the files
  --limit N             only the first N readings
  --speed N             event time per wall time, or max (max)
  --seed N              of the mapping of foreign assets onto counties (1)
  --pdcp-kbit VENDOR    PM files of this vendor count PDCP volumes in kbit; may be repeated
  --encoding NAME       of the files' text: gbk, gb18030, utf-16le, … (a byte order mark, else this, else what XML
                        declares, else utf-8)
  --keep-in-service     more of the data sets is to come: else their assets retire after the last reading
  --dry-run             read the files and say what would be posted
  --verbose             name every line, lot and counter that was skipped

INGEST_KEY in the environment is the key that is sent, where the door asks for one.
`

/** @throws CodedError `usage`. */
export function replayOptions(args: readonly string[], nowMs: number): ReplayOptions {
  const { values, positionals } = parse(args)
  if (positionals.length === 0) throw usage('which files?')
  return {
    files: positionals,
    to: values.to.replace(/\/$/, ''),
    shiftToMs: shiftTo(values['shift-to'], nowMs),
    speed: values.speed === 'max' ? Number.POSITIVE_INFINITY : positive('--speed', values.speed),
    fromMs: values.from === undefined ? Number.NEGATIVE_INFINITY : time('--from', values.from),
    untilMs: values.until === undefined ? Number.POSITIVE_INFINITY : time('--until', values.until),
    limit: values.limit === undefined ? Number.POSITIVE_INFINITY : positive('--limit', values.limit),
    seed: whole('--seed', values.seed),
    pdcpKbitVendors: values['pdcp-kbit'],
    encoding: encoding(values.encoding),
    keepInService: values['keep-in-service'],
    dryRun: values['dry-run'],
    verbose: values.verbose,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        to: { type: 'string', default: 'http://127.0.0.1:8090' },
        'shift-to': { type: 'string', default: 'none' },
        from: { type: 'string' },
        until: { type: 'string' },
        limit: { type: 'string' },
        speed: { type: 'string', default: 'max' },
        seed: { type: 'string', default: '1' },
        'pdcp-kbit': { type: 'string', multiple: true, default: [] },
        encoding: { type: 'string' },
        'keep-in-service': { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}

function shiftTo(text: string, nowMs: number): number | null {
  if (text === 'none') return null
  return text === 'now' ? nowMs : time('--shift-to', text)
}

function time(option: string, text: string): number {
  const ms = timestampMs(text)
  if (Number.isNaN(ms))
    throw usage(`${option}: expected an RFC 3339 time such as 2026-08-01T00:00:00Z, got ${text}`)
  return ms
}

function encoding(text: string | undefined): string | undefined {
  if (text !== undefined && knownEncoding(text) === null) {
    throw usage(`--encoding: there is no encoding ${text}; use gbk, gb18030, utf-16le or another one`)
  }
  return text
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw usage(`${option}: expected a positive number, got ${text}`)
  return value
}

function whole(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw usage(`${option}: expected a whole number, got ${text}`)
  return value
}

function usage(message: string): CodedError {
  return new CodedError('usage', message, { hint: replayUsage })
}

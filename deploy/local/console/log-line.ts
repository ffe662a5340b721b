import { type LogLevel, logLevels } from '../../../platform/log.ts'

/** One line of the log, before it is rendered. */
export interface LogLine {
  readonly timeMs: number
  readonly level: LogLevel
  readonly part: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
  /** Shown on lines of its own. */
  readonly stack?: string
}

const named = new Set(['time', 'level', 'part', 'msg', 'stack'])
const partWidth = 'clickhouse'.length

/**
 * What a process wrote, as a log line: our JSON lines (platform/log.ts) keep what they say; anything else is wrapped,
 * from stderr as a warning.
 * @param nowMs the time given to lines that carry none
 */
export function readLine(text: string, part: string, stream: 'stdout' | 'stderr', nowMs: number): LogLine {
  const record = parseRecord(text)
  if (!record || typeof record.msg !== 'string') {
    return { timeMs: nowMs, level: stream === 'stderr' ? 'warn' : 'info', part, message: text, fields: {} }
  }
  const timeMs = typeof record.time === 'string' ? Date.parse(record.time) : Number(record.time)
  const { stack } = record
  return {
    timeMs: Number.isNaN(timeMs) ? nowMs : timeMs,
    level: logLevels.find(level => level === record.level) ?? 'info',
    part: typeof record.part === 'string' ? record.part : part,
    message: record.msg,
    fields: Object.fromEntries(Object.entries(record).filter(([key]) => !named.has(key))),
    ...(typeof stack === 'string' && stack !== '' ? { stack } : {}),
  }
}

/** `HH:MM:SS.mmm LEVEL part  message key=value`, time in the machine's zone. */
export function renderLine(line: LogLine, paint: (text: string, level: LogLevel) => string = same): string {
  const fields = Object.entries(line.fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${renderValue(value)}`)
    .join('')
  const level = paint(line.level.toUpperCase().padEnd(5), line.level)
  const first = `${clockTime(line.timeMs)} ${level} ${line.part.padEnd(partWidth)}  ${line.message}${fields}`
  if (!line.stack) return first
  return [first, ...line.stack.trim().split(/\r?\n/)].join('\n    ')
}

/** Whether a line is shown when `threshold` is asked for. */
export function isShown(level: LogLevel, threshold: LogLevel): boolean {
  return threshold !== 'silent' && logLevels.indexOf(level) <= logLevels.indexOf(threshold)
}

function parseRecord(text: string): Record<string, unknown> | null {
  if (!text.startsWith('{')) return null
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    // Not ours: shown as it is.
    return null
  }
}

function renderValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
  return JSON.stringify(value)
}

function clockTime(ms: number): string {
  const time = new Date(ms)
  const pad = (value: number, width = 2) => String(value).padStart(width, '0')
  return `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}.${pad(time.getMilliseconds(), 3)}`
}

function same(text: string): string {
  return text
}

import { type Logger, pino } from 'pino'

export type Log = Logger

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * One JSON object a line on stdout: time (RFC 3339), level (word), part, msg, then the fields.
 * The local launcher renders the same lines for people.
 */
export function createLog(part: string, level: LogLevel = 'info'): Log {
  return pino({
    level,
    base: { part },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
  })
}

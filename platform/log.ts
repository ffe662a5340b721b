import { type DestinationStream, type Logger, pino } from 'pino'
import { FileLines, isDiskFile } from './file-lines.ts'

export type Log = Logger

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * One JSON object a line on stdout: time (RFC 3339), level (word), part, msg, then the fields.
 * The local launcher renders the same lines for people.
 */
export function createLog(part: string, level: LogLevel = 'info'): Log {
  const { isoTime } = pino.stdTimeFunctions
  return pino(
    {
      level,
      base: { part },
      timestamp: isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    standardOutput(part),
  )
}

/** A process whose lines cannot be written because the disk is full goes on with its work. */
function standardOutput(part: string): DestinationStream {
  const { fd } = process.stdout
  if (!isDiskFile(fd)) return pino.destination(fd)
  return new FileLines(fd, lines =>
    JSON.stringify({
      level: 'warn',
      time: new Date().toISOString(),
      part,
      lines,
      msg: 'lines before this one could not be written',
    }),
  )
}

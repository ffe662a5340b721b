import { type DestinationStream, type Logger, pino } from 'pino'
import { type Clock, wallClock } from './clock.ts'
import { FileLines, isDiskFile } from './file-lines.ts'
import { heldBack } from './held-back.ts'
import { withoutSecrets } from './url-secrets.ts'

export type Log = Logger

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LogOptions {
  /** Told of every line that is counted instead of written. */
  readonly onHeldBack?: (level: string) => void
  readonly clock?: Clock
  /** Stdout by default. */
  readonly destination?: DestinationStream
}

/**
 * One JSON object a line on stdout: time (RFC 3339), level (word), part, msg, then the fields; secrets are masked.
 * The local launcher renders the same lines for people. A line of a kind is written once a minute.
 */
export function createLog(
  part: string,
  level: LogLevel = 'info',
  { onHeldBack, clock = wallClock, destination = standardOutput(part) }: LogOptions = {},
): Log {
  const { isoTime } = pino.stdTimeFunctions
  return pino(
    {
      level,
      base: { part },
      timestamp: isoTime,
      formatters: { level: label => ({ level: label }) },
      hooks: {
        logMethod: heldBack({ clock, ...(onHeldBack ? { onHeldBack } : {}) }),
        streamWrite: withoutSecrets,
      },
    },
    destination,
  )
}

/** A process whose lines cannot be written because the disk is full goes on with its work. */
function standardOutput(part: string): DestinationStream {
  // In a worker thread stdout has no number of its own.
  const fd = process.stdout.fd ?? 1
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

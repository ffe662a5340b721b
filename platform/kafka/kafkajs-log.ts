import type { logCreator } from 'kafkajs'
import type { Log } from '../log.ts'
import { logLevel } from './kafkajs.ts'

const levels = { [logLevel.ERROR]: 'error', [logLevel.WARN]: 'warn', [logLevel.INFO]: 'info' } as const

/**
 * kafkajs' log lines in ours. Each of a process's dozens of connections tells of every try to reach a broker that is away:
 * the log counts them (platform/log.ts).
 */
export function kafkajsLog(log: Log): logCreator {
  return () =>
    ({ level, namespace, log: { message, timestamp: _, stack, ...fields } }) => {
      // Where in kafkajs a connection is refused helps nobody.
      const more = namespace === 'Connection' ? {} : { stack }
      log[levels[level as keyof typeof levels] ?? 'debug']({ ...fields, namespace, ...more }, message)
    }
}

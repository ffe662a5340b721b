import type { logCreator } from 'kafkajs'
import { type Clock, wallClock } from '../clock.ts'
import type { Log } from '../log.ts'
import { logLevel } from './kafkajs.ts'
import { RepeatedLines } from './repeated-lines.ts'

const levels = { [logLevel.ERROR]: 'error', [logLevel.WARN]: 'warn', [logLevel.INFO]: 'info' } as const
const everyMs = 10_000

/**
 * kafkajs' log lines in ours. Each of a process's dozens of connections tells of every try to reach a broker that is away:
 * one line a while says as much.
 */
export function kafkajsLog(log: Log, clock: Clock = wallClock): logCreator {
  const lines = new RepeatedLines(everyMs)
  return () =>
    ({ level, namespace, log: { message, timestamp: _, stack, ...fields } }) => {
      const held = lines.tell(`${namespace} ${message}`, clock.now())
      if (held === undefined) return
      const more = {
        ...(held > 0 ? { held_back: held } : {}),
        // Where in kafkajs a connection is refused helps nobody.
        ...(namespace === 'Connection' ? {} : { stack }),
      }
      log[levels[level as keyof typeof levels] ?? 'debug']({ ...fields, namespace, ...more }, message)
    }
}

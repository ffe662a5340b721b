import { type LogFn, type Logger, levels } from 'pino'
import type { Clock } from './clock.ts'
import { type HeldBack, RepeatedLines } from './repeated-lines.ts'

export interface HeldBackOptions {
  readonly clock: Clock
  /** Told of every line that is counted instead of written. */
  readonly onHeldBack?: (level: string) => void
}

/** A call of the logger that was not made. */
interface Call {
  readonly log: Logger
  readonly method: LogFn
  readonly fields: Readonly<Record<string, unknown>>
  readonly text: string
}

/** Debug lines are all written: somebody asked for them. A fatal one is the last. */
const counted = new Set(['error', 'warn', 'info'])
/** How soon after a minute is over what was held back in it is said, ms of wall time. */
const sayEveryMs = 5_000

/**
 * pino's hook that writes a line of a kind once a minute, whatever writes it: those of its kind that follow are counted, and
 * said (`held_back`) with the newest of them when the minute is over.
 */
export function heldBack({ clock, onHeldBack }: HeldBackOptions) {
  const lines = new RepeatedLines<Call>()
  let timer: NodeJS.Timeout | undefined
  const say = (all: readonly HeldBack<Call>[]) => {
    for (const { line, count, mixed } of all) {
      const { log, method, fields, text } = line
      method.apply(log, [{ ...fields, held_back: count, ...(mixed ? { mixed } : {}) }, text])
    }
  }
  return function logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn, value: number): void {
    const [first, second] = args as unknown as readonly unknown[]
    const fields = typeof first === 'object' && first !== null ? { ...first } : {}
    const text = String(typeof first === 'object' ? (second ?? '') : first)
    const level = levels.labels[value] ?? ''
    const call = { log: this, method, fields, text }
    if (!counted.has(level) || lines.tell(`${level} ${text}`, kindOf(fields), call, clock.now())) {
      method.apply(this, args)
      return
    }
    onHeldBack?.(level)
    if (timer) return
    timer = setInterval(() => say(lines.due(clock.now())), sayEveryMs)
    timer.unref()
    process.once('exit', () => say(lines.rest()))
  }
}

/** Fields that are others in every line: positions in a log, and the name that Kafka gives a member anew at every join. */
const passing = new Set(['offset', 'first', 'expected', 'memberId'])
/** Fields whose texts may hold times and numbers that differ from line to line. */
const reasons = new Set(['reason', 'error', 'err', 'stack'])

/**
 * What tells two lines of one text apart: what they are about, such as the topic, the partition, the asset, the receiver or
 * the reason. Not how often, how long or how far: numbers count for nothing but the partition's.
 */
function kindOf(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(
    Object.entries(fields).flatMap(([key, value]) => {
      if (typeof value === 'number') return key === 'partition' ? [key, value] : []
      if (value === undefined || passing.has(key)) return []
      const text = textOf(value)
      return [key, reasons.has(key) ? text.replaceAll(/\d+/g, '#') : text]
    }),
  )
}

function textOf(value: unknown): string {
  if (value instanceof Error) return value.message
  return typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value)
}

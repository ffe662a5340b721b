import { type Clock, wallClock } from '../../../platform/clock.ts'
import type { LogLevel } from '../../../platform/log.ts'
import { withoutSecrets } from '../../../platform/url-secrets.ts'
import { isShown, readLine, renderLine } from './log-line.ts'

/** Where text for people goes: a stream that may be a terminal. */
export interface Screen {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface ConsoleOptions {
  readonly screen: Screen
  readonly level: LogLevel
  readonly clock?: Clock
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 100
const colours: Partial<Record<LogLevel, number>> = { fatal: 31, error: 31, warn: 33, debug: 90, trace: 90 }

/**
 * The one place that writes to the screen, secrets masked: log lines of every part in one format, and on a terminal a spinner below
 * them while something is waited for.
 */
export class Console {
  private readonly screen: Screen
  private readonly level: LogLevel
  private readonly clock: Clock
  private waitingFor: (() => string) | null = null
  private timer: NodeJS.Timeout | undefined
  private frame = 0
  private muted = false

  constructor({ screen, level, clock = wallClock }: ConsoleOptions) {
    this.screen = screen
    this.level = level
    this.clock = clock
  }

  /** A line a process wrote. */
  output(part: string, stream: 'stdout' | 'stderr', text: string): void {
    if (text.trim() === '') return
    const line = readLine(text, part, stream, this.clock.now())
    if (isShown(line.level, this.level)) this.print(withoutSecrets(renderLine(line, this.paint)))
  }

  /** A line of the launcher's own, about a part. */
  event(
    level: LogLevel,
    part: string,
    message: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    if (!isShown(level, this.level)) return
    this.print(
      withoutSecrets(renderLine({ timeMs: this.clock.now(), level, part, message, fields }, this.paint)),
    )
  }

  /** Nobody reads any more: another line would only be another error. */
  mute(): void {
    this.wait(null)
    this.muted = true
  }

  /** Text shown whatever the log level, as it is. */
  print(text: string): void {
    if (this.muted) return
    this.clearSpinner()
    this.screen.write(`${text}\n`)
    this.drawSpinner()
  }

  /** Shows on a terminal that something is waited for, until called with null. */
  wait(describe: (() => string) | null): void {
    if (!this.screen.isTTY) return
    this.clearSpinner()
    clearInterval(this.timer)
    this.waitingFor = describe
    if (!describe) return
    this.timer = setInterval(() => {
      this.frame = (this.frame + 1) % frames.length
      this.drawSpinner()
    }, frameMs)
    this.timer.unref()
  }

  private drawSpinner(): void {
    if (this.waitingFor) this.screen.write(`\r\u001b[K${frames[this.frame]} ${this.waitingFor()}`)
  }

  private clearSpinner(): void {
    if (this.waitingFor) this.screen.write('\r\u001b[K')
  }

  private readonly paint = (text: string, level: LogLevel): string => {
    const colour = colours[level]
    return this.screen.isTTY && colour !== undefined ? `\u001b[${colour}m${text}\u001b[0m` : text
  }
}

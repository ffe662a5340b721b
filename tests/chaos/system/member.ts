import type { Console } from '../../../deploy/local/console/console.ts'
import type { DiskWatch } from '../../../deploy/local/supervise/disk-watch.ts'
import { PartRunner } from '../../../deploy/local/supervise/part-runner.ts'
import type { PartSpec } from '../../../deploy/local/supervise/part-spec.ts'
import { defaultPatience } from '../../../deploy/local/supervise/patience.ts'
import type { Watchdog } from '../../../deploy/local/supervise/watchdog.ts'
import { wallClock } from '../../../platform/clock.ts'
import { messageOf } from '../../../platform/errors.ts'

export interface MemberOptions {
  readonly console: Console
  readonly env: NodeJS.ProcessEnv
  readonly watchdog: Watchdog
  /** Of its data, where that has a disk of its own. */
  readonly diskWatch?: DiskWatch | undefined
}

/**
 * One process of the system under test and the supervisor that keeps it running, with what can happen to it.
 * Whoever uses it does one thing to it at a time.
 */
export class Member {
  readonly spec: PartSpec
  private readonly options: MemberOptions
  private runner: PartRunner | undefined
  private closed = false
  private frozen = false
  /** Times a process of it was started. */
  starts = 0

  constructor(spec: PartSpec, options: MemberOptions) {
    this.spec = spec
    this.options = options
  }

  get name(): string {
    return this.spec.name
  }

  /** Of the process now running, if one is. */
  get pid(): number | undefined {
    return this.runner?.pid
  }

  /** Resolves when it is ready, however often it has to be started, or when it was closed. */
  async start(): Promise<void> {
    const { console, env, watchdog, diskWatch } = this.options
    while (!this.closed) {
      const runner = new PartRunner(this.spec, {
        console,
        env,
        clock: wallClock,
        // Whoever froze it lets it go on.
        patience: { ...defaultPatience, hangMs: 0 },
        untilRoom: diskWatch && ((part, signal) => diskWatch.untilRoom(part, signal)),
        started: (_, pid) => {
          this.starts++
          watchdog.add(pid)
        },
        ended: (_, pid) => watchdog.remove(pid),
      })
      this.runner = runner
      try {
        return await runner.start()
      } catch (error) {
        console.event('error', this.name, messageOf(error))
        await this.kill()
      }
    }
  }

  /** kill -9; its supervisor starts it again. */
  crash(): void {
    this.signal('SIGKILL')
  }

  /** kill -9, and nobody starts it again. */
  async kill(): Promise<void> {
    const { runner } = this
    runner?.kill()
    await runner?.stop()
    this.runner = undefined
    this.frozen = false
  }

  /** SIGTERM; resolves when it has ended. */
  async leave(): Promise<void> {
    await this.runner?.stop()
    this.runner = undefined
  }

  /** SIGSTOP: it holds its connections and does nothing. */
  freeze(): void {
    this.frozen = true
    this.signal('SIGSTOP')
  }

  thaw(): void {
    if (!this.frozen) return
    this.frozen = false
    this.signal('SIGCONT')
  }

  /** Stops it for good. */
  async close(): Promise<void> {
    this.closed = true
    this.thaw()
    await this.leave()
  }

  /** Ends it at once and for good. */
  async destroy(): Promise<void> {
    this.closed = true
    await this.kill()
  }

  private signal(signal: NodeJS.Signals): void {
    const { pid } = this
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch (error) {
      // It ended by itself in between.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../../platform/clock.ts'
import { CodedError, exitCode } from '../../../platform/errors.ts'
import type { Console } from '../console/console.ts'
import { backoffMs } from './backoff.ts'
import { Child, describeExit } from './child.ts'
import type { Command, PartSpec } from './part-spec.ts'

export interface RunnerOptions {
  readonly console: Console
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
  /** Told of every process, so that none outlives the launcher. */
  readonly started: (part: string, pid: number) => void
  readonly ended: (part: string, pid: number) => void
}

const pollMs = 150
/** A part that stayed ready this long starts again without the pauses of its earlier crashes. */
const steadyMs = 60_000

/** Keeps one part running: starts it, waits until it is ready, starts it again when it crashes. */
export class PartRunner {
  readonly spec: PartSpec
  private readonly options: RunnerOptions
  private readonly stopping = new AbortController()
  private child: Child | undefined
  private loop: Promise<void> | undefined

  constructor(spec: PartSpec, options: RunnerOptions) {
    this.spec = spec
    this.options = options
  }

  get name(): string {
    return this.spec.name
  }

  /** The process now running, if one is. */
  get pid(): number | undefined {
    return this.child?.pid
  }

  /**
   * Resolves when the part is ready for the first time.
   * @throws CodedError `part_not_ready`, `part_misconfigured`, and what `prepare` throws
   */
  async start(): Promise<void> {
    const { console, clock } = this.options
    const began = clock.now()
    const command = await this.spec.prepare(line => console.event('info', this.name, line))
    if (this.stopping.signal.aborted) return
    console.event('info', this.name, 'starting')
    await new Promise<void>((resolve, reject) => {
      this.loop = this.keepRunning(command, began, resolve, reject)
    })
  }

  /** Stops the process and keeps it stopped; may be called at any time and again. */
  async stop(): Promise<void> {
    this.stopping.abort()
    const child = this.child
    if (child) {
      const { console } = this.options
      console.event('info', this.name, 'is being stopped')
      const { exit, killed } = await child.stop(this.spec.stopGraceMs)
      if (killed) {
        console.event(
          'warn',
          this.name,
          `did not stop within ${this.spec.stopGraceMs / 1000} s and was killed`,
        )
      } else console.event('info', this.name, `has stopped (${describeExit(exit)})`)
    }
    await this.loop
  }

  kill(): void {
    this.stopping.abort()
    this.child?.signal('SIGKILL')
  }

  private async keepRunning(
    command: Command,
    began: number,
    firstReady: () => void,
    gaveUp: (error: unknown) => void,
  ): Promise<void> {
    const { console, clock, env } = this.options
    let wasReady = false
    let crashes = 0
    while (!this.stopping.signal.aborted) {
      const startedAt = clock.now()
      const child = new Child(command, env, (stream, text) => console.output(this.name, stream, text))
      this.child = child
      const { pid } = child
      if (pid !== undefined) {
        this.options.started(this.name, pid)
        void child.exited.then(() => this.options.ended(this.name, pid))
      }
      const deadline = (wasReady ? startedAt : began) + this.spec.readyTimeoutMs
      const waited = await this.untilReady(child, deadline)
      if (waited === null) {
        const tookS = ((clock.now() - startedAt) / 1000).toFixed(1)
        console.event('info', this.name, `${wasReady ? 'is ready again' : 'is ready'} after ${tookS} s`)
        wasReady = true
        firstReady()
      } else if (waited !== 'ended' && !this.stopping.signal.aborted) {
        const error = new CodedError(
          'part_not_ready',
          `${this.name} was not ready within ${this.spec.readyTimeoutMs / 1000} s: ${waited}`,
          { hint: 'its log lines above say why; LOG_LEVEL=debug shows more' },
        )
        if (!wasReady) return gaveUp(error)
        console.event('error', this.name, error.message)
        child.signal('SIGKILL')
      }
      const readyAt = clock.now()
      const exit = await child.exited
      this.child = undefined
      if (this.stopping.signal.aborted) break

      if (!wasReady && (exit.code === exitCode.config || exit.code === exitCode.usage)) {
        return gaveUp(
          new CodedError('part_misconfigured', `${this.name} does not accept its configuration`, {
            hint: 'its log lines above name the setting',
          }),
        )
      }
      if (waited === null && clock.now() - readyAt >= steadyMs) crashes = 0
      crashes += 1
      const pauseMs = backoffMs(crashes)
      if (!wasReady && clock.now() + pauseMs > began + this.spec.readyTimeoutMs) {
        return gaveUp(
          new CodedError('part_not_ready', `${this.name} ended before it was ready: ${describeExit(exit)}`, {
            hint: 'its log lines above say why',
          }),
        )
      }
      console.event(
        'error',
        this.name,
        `crashed (${describeExit(exit)}), starts again in ${pauseMs / 1000} s`,
      )
      await delay(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined)
    }
    firstReady()
  }

  /** Null when ready, `ended` when the process is gone, else what it still waited for at the deadline. */
  private async untilReady(child: Child, deadline: number): Promise<string | null> {
    const ended = child.exited.then(() => 'ended')
    for (;;) {
      const reason = await Promise.race([ended, this.spec.notReady()])
      if (reason === null || reason === 'ended') return reason
      if (this.stopping.signal.aborted || this.options.clock.now() >= deadline) return reason
      await Promise.race([ended, delay(pollMs)])
    }
  }
}

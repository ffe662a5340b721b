import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../../platform/clock.ts'
import { CodedError, exitCode } from '../../../platform/errors.ts'
import type { Console } from '../console/console.ts'
import { backoffMs } from './backoff.ts'
import { Child, describeExit, type Exit } from './child.ts'
import { untilHanging } from './hang-watch.ts'
import type { Command, PartSpec } from './part-spec.ts'
import type { Patience } from './patience.ts'
import { ProcessorWait } from './processor-wait.ts'
import { StartProgress } from './start-progress.ts'

export interface RunnerOptions {
  readonly console: Console
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
  readonly patience: Patience
  /** Told of every process, so that none outlives the launcher. */
  readonly started: (part: string, pid: number) => void
  readonly ended: (part: string, pid: number) => void
  /** Resolves when there is room on the disk for the part to start; at once where none is watched. */
  readonly untilRoom?: ((part: string, signal: AbortSignal) => Promise<void>) | undefined
}

const firstPollMs = 150
const longestPollMs = 1_000
/** While a part is not ready it is said this often why. */
const tellEveryMs = 10_000
/** A part that crashes so often before it was ever ready is given up: half a minute of pauses. */
const mostCrashesAtStart = 7
/** A part that stayed ready this long starts again without the pauses of its earlier crashes. */
const steadyMs = 60_000

/** The first of many conditions: the others mostly follow from it. */
function inShort(reason: string): string {
  const [first = '', second, ...more] = reason.split('; ')
  const others = more.length > 0 ? ` and ${more.length} more` : ''
  return second === undefined ? first : `${first}; ${second}${others}`
}

/** Keeps one part running: starts it, waits until it is ready, starts it again when it crashes. */
export class PartRunner {
  readonly spec: PartSpec
  private readonly options: RunnerOptions
  private readonly stopping = new AbortController()
  private child: Child | undefined
  private loop: Promise<void> | undefined
  private readonly restarts = { crashed: 0, hung: 0 }

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
    const { console, untilRoom } = this.options
    await untilRoom?.(this.name, this.stopping.signal)
    if (this.stopping.signal.aborted) return
    const command = await this.spec.prepare(line => console.event('info', this.name, line))
    if (this.stopping.signal.aborted) return
    console.event('info', this.name, 'starting')
    await new Promise<void>((resolve, reject) => {
      this.loop = this.keepRunning(command, resolve, reject)
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
    firstReady: () => void,
    gaveUp: (error: unknown) => void,
  ): Promise<void> {
    const { console, clock, patience, untilRoom } = this.options
    let wasReady = false
    let crashes = 0
    while (!this.stopping.signal.aborted) {
      const startedAt = clock.now()
      const progress = new StartProgress()
      const child = this.spawn(command, progress)
      this.child = child
      const waited = await this.untilReady(child, progress)
      if (waited === null) {
        const tookS = ((clock.now() - startedAt) / 1000).toFixed(1)
        console.event('info', this.name, `${wasReady ? 'is ready again' : 'is ready'} after ${tookS} s`)
        wasReady = true
        firstReady()
      } else if (waited !== 'ended' && !this.stopping.signal.aborted) {
        const error = new CodedError(
          'part_not_ready',
          `${this.name} is not ready and has got no further for ${patience.startMs / 1000} s: ${waited}`,
          {
            hint: 'its log lines above say why; --start-timeout gives it longer, LOG_LEVEL=debug shows more',
          },
        )
        if (!wasReady) return gaveUp(error)
        console.event('error', this.name, error.message)
        child.signal('SIGKILL')
      }
      const readyAt = clock.now()
      const { hung } = this.restarts
      const exit = waited === null ? await this.untilEnd(child) : await child.exited
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
      if (this.restarts.hung === hung) this.restarts.crashed += 1
      crashes += 1
      const pauseMs = backoffMs(crashes)
      if (!wasReady && crashes > mostCrashesAtStart) {
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
      await untilRoom?.(this.name, this.stopping.signal)
    }
    firstReady()
  }

  private spawn(command: Command, progress: StartProgress): Child {
    const { console, env } = this.options
    const { crashed, hung } = this.restarts
    const told = { RESTARTS_CRASHED: String(crashed), RESTARTS_HUNG: String(hung) }
    const child = new Child({ ...command, env: { ...command.env, ...told } }, env, (stream, text) => {
      progress.hear(text)
      console.output(this.name, stream, text)
    })
    const { pid } = child
    if (pid !== undefined) {
      this.options.started(this.name, pid)
      void child.exited.then(() => this.options.ended(this.name, pid))
    }
    return child
  }

  /** Null when ready, `ended` when the process is gone, else what it waited for when it got no further. */
  private async untilReady(child: Child, progress: StartProgress): Promise<string | null> {
    const { console, patience } = this.options
    const ended = child.exited.then(() => 'ended')
    const wait = new ProcessorWait(child.pid ?? 0)
    const startedAt = performance.now()
    let toldAt = startedAt
    let pollMs = firstPollMs
    for (let before = startedAt; ; ) {
      const reason = await Promise.race([ended, this.spec.notReady()])
      if (reason === null || reason === 'ended') return reason
      const now = performance.now()
      progress.pass(now - before - wait.sinceLast())
      before = now
      progress.hear(reason)
      if (this.stopping.signal.aborted || progress.stalledMs >= patience.startMs) return reason
      if (now - toldAt >= tellEveryMs) {
        toldAt = now
        const seconds = Math.round((now - startedAt) / 1000)
        console.event('info', this.name, `not ready yet after ${seconds} s: ${inShort(reason)}`)
      }
      await Promise.race([ended, delay(pollMs)])
      pollMs = Math.min(1.2 * pollMs, longestPollMs)
    }
  }

  /** Waits until the process ends; one that hangs is ended. */
  private async untilEnd(child: Child): Promise<Exit> {
    const { console, patience } = this.options
    const { pid } = child
    const over = new AbortController()
    const { exited } = child
    const signal = AbortSignal.any([over.signal, this.stopping.signal])
    if (pid !== undefined && patience.hangMs > 0) {
      void untilHanging({ pid, answers: this.spec.answers, limitMs: patience.hangMs, signal }).then(
        silentMs => {
          if (silentMs === null) return
          this.restarts.hung += 1
          console.event(
            'error',
            this.name,
            `has not answered for ${Math.round(silentMs / 1000)} s and is killed`,
            {
              hangs: this.restarts.hung,
            },
          )
          child.signal('SIGKILL')
        },
      )
    }
    const exit = await exited
    over.abort()
    return exit
  }
}

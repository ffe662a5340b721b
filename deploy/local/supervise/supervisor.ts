import { type Clock, wallClock } from '../../../platform/clock.ts'
import type { Console } from '../console/console.ts'
import { PartRunner, type RunnerOptions } from './part-runner.ts'
import type { PartSpec } from './part-spec.ts'
import { defaultPatience, type Patience } from './patience.ts'
import { Watchdog } from './watchdog.ts'

export interface SupervisorOptions {
  readonly console: Console
  readonly env: NodeJS.ProcessEnv
  readonly clock?: Clock
  readonly patience?: Patience
  readonly untilRoom?: RunnerOptions['untilRoom']
  /** Told whenever the set of running processes changes: process id by part. */
  readonly onProcesses?: (processes: Readonly<Record<string, number>>) => void
}

/** Starts parts stage by stage, keeps them running, stops them in reverse order. */
export class Supervisor {
  private readonly options: SupervisorOptions
  private readonly stages: PartRunner[][] = []
  private readonly processes: Record<string, number> = {}
  private watchdog: Watchdog | undefined
  private stopped: Promise<void> | undefined

  constructor(options: SupervisorOptions) {
    this.options = options
  }

  /** Parts of one stage start together; the next stage starts when all of them are ready. May be called again. */
  async start(stages: readonly (readonly PartSpec[])[]): Promise<void> {
    const { console, env, clock = wallClock, patience = defaultPatience, untilRoom } = this.options
    this.watchdog ??= new Watchdog(reason => console.event('warn', 'start', 'no watchdog', { reason }))
    for (const specs of stages) {
      if (this.stopped) return
      const runners = specs.map(
        spec =>
          new PartRunner(spec, {
            console,
            env,
            clock,
            patience,
            untilRoom,
            started: (part, pid) => {
              this.watchdog?.add(pid)
              this.note(part, pid)
            },
            ended: (part, pid) => {
              this.watchdog?.remove(pid)
              this.note(part, undefined)
            },
          }),
      )
      this.stages.push(runners)
      const waiting = new Set(runners.map(runner => runner.name))
      console.wait(() => `waiting for ${[...waiting].join(', ')}`)
      try {
        await Promise.all(runners.map(runner => runner.start().then(() => waiting.delete(runner.name))))
      } finally {
        console.wait(null)
      }
    }
  }

  /** Process ids of the running parts. */
  pids(): Readonly<Record<string, number>> {
    return { ...this.processes }
  }

  /** Stops everything, last stage first; called again it awaits the same stop. */
  stop(): Promise<void> {
    this.stopped ??= this.stopStages()
    return this.stopped
  }

  /** Ends everything at once. */
  kill(): void {
    for (const runner of this.stages.flat()) runner.kill()
  }

  private async stopStages(): Promise<void> {
    for (const runners of this.stages.toReversed()) {
      await Promise.all(runners.map(runner => runner.stop()))
    }
    this.watchdog?.close()
  }

  private note(part: string, pid: number | undefined): void {
    if (pid === undefined) delete this.processes[part]
    else this.processes[part] = pid
    this.options.onProcesses?.(this.pids())
  }
}

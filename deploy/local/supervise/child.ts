import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Command } from './part-spec.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export type OnLine = (stream: 'stdout' | 'stderr', text: string) => void

/** One operating system process, leader of its own process group. */
export class Child {
  /** Fulfilled when the process has ended; never rejected. */
  readonly exited: Promise<Exit>
  /** Undefined when it could not be started at all. */
  readonly pid: number | undefined
  private readonly process: ChildProcess
  private ended = false

  constructor({ command, args, env }: Command, baseEnv: NodeJS.ProcessEnv, onLine: OnLine) {
    this.process = spawn(command, [...args], {
      env: { ...baseEnv, ...env },
      // A group of its own: the terminal's Ctrl-C reaches the launcher only, which stops the parts in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.pid = this.process.pid
    for (const stream of ['stdout', 'stderr'] as const) {
      const input = this.process[stream]
      if (input) createInterface({ input }).on('line', text => onLine(stream, text))
    }
    this.exited = new Promise<Exit>(resolve => {
      this.process.once('error', error => {
        onLine('stderr', `cannot run ${command}: ${error.message}`)
        if (this.pid === undefined) resolve({ code: null, signal: null })
      })
      this.process.once('exit', (code, signal) => resolve({ code, signal }))
    }).finally(() => {
      this.ended = true
    })
  }

  /** Sends a signal to the whole group. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined || this.ended) return
    try {
      process.kill(-this.pid, signal)
    } catch (error) {
      // It ended in between, which is what a signal is for.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }

  /** SIGTERM, then SIGKILL after `graceMs`; tells whether it had to be killed. */
  async stop(graceMs: number): Promise<{ readonly exit: Exit; readonly killed: boolean }> {
    let killed = false
    const timer = setTimeout(() => {
      killed = true
      this.signal('SIGKILL')
    }, graceMs)
    this.signal('SIGTERM')
    const exit = await this.exited
    clearTimeout(timer)
    return { exit, killed }
  }
}

/** `exit code 1`, `signal SIGKILL`. */
export function describeExit({ code, signal }: Exit): string {
  if (signal) return `signal ${signal}`
  return code === null ? 'never started' : `exit code ${code}`
}

import { readdirSync, readFileSync } from 'node:fs'

/**
 * How long a process was ready to run but had no processor: the second number of Linux' `/proc/<pid>/task/<tid>/schedstat`.
 * Without it, on other systems, no time is known of.
 */
export class ProcessorWait {
  private readonly tasks: string
  private before: ReadonlyMap<string, number>

  constructor(pid: number) {
    this.tasks = `/proc/${pid}/task`
    this.before = this.read()
  }

  /** Since the call before, ms: of the thread that waited longest. */
  sinceLast(): number {
    const now = this.read()
    const waits = [...now].map(([task, waitedMs]) => waitedMs - (this.before.get(task) ?? 0))
    this.before = now
    return Math.max(0, ...waits)
  }

  private read(): ReadonlyMap<string, number> {
    try {
      return new Map(readdirSync(this.tasks).flatMap(task => this.waitOf(task)))
    } catch {
      // It has ended, or this is not Linux.
      return new Map()
    }
  }

  private waitOf(task: string): [string, number][] {
    try {
      const [, waitedNs] = readFileSync(`${this.tasks}/${task}/schedstat`, 'utf8').split(' ')
      return [[task, Number(waitedNs) / 1e6]]
    } catch {
      // A thread that has ended since the folder was read.
      return []
    }
  }
}

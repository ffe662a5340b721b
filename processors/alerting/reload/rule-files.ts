import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Resource } from '../../../platform/lifecycle.ts'
import type { Log } from '../../../platform/log.ts'
import type { AlertingMetrics } from '../alerting-metrics.ts'
import { readRules } from '../rules/read-rules.ts'
import { type LoadedRules, noRules, takeRead } from './loaded-rules.ts'

const lookEveryMs = 2_000

export interface RuleFilesOptions {
  /** Files, and folders of them. */
  readonly paths: readonly string[]
  readonly onChange: (rules: LoadedRules) => void
  readonly log: Log
  readonly metrics: AlertingMetrics
  readonly fail: (error: unknown) => void
}

/** The rules files, read at the start and again whenever one of them is another than before. */
export class RuleFiles implements Resource {
  readonly name = 'rules files'
  private readonly options: RuleFilesOptions
  private readonly paths: readonly string[]
  private loaded: LoadedRules = noRules
  private seen = ''
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> = Promise.resolve()

  constructor(options: RuleFilesOptions) {
    this.options = options
    this.paths = options.paths.map(shortest)
  }

  get rules(): LoadedRules {
    return this.loaded
  }

  async start(): Promise<void> {
    await this.look()
    const look = () => {
      this.looking = this.looking.then(() => this.look()).catch(this.options.fail)
    }
    this.timer = setInterval(look, lookEveryMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.looking
  }

  /** Rules that were run before this process started: they go on where a file is bad now. */
  async remember(before: LoadedRules): Promise<void> {
    if (this.loaded.errors.size === 0) return
    this.loaded = takeRead(before, await readRules(this.paths))
  }

  private async look(): Promise<void> {
    const { log, metrics, onChange } = this.options
    const now = await signature(this.paths)
    if (now === this.seen) return
    this.seen = now
    const read = await readRules(this.paths)
    this.loaded = takeRead(this.loaded, read)
    const { rules, errors } = this.loaded
    for (const [file, error] of errors) log.error({ file, error }, 'rules not taken, those of before go on')
    metrics.reloads.inc({ outcome: errors.size > 0 ? 'mistakes' : 'taken' })
    metrics.mistakes.set(read.mistakes.length)
    metrics.rules.set(rules.length)
    log.info({ rules: rules.length, files: read.files.length, mistakes: read.mistakes.length }, 'rules read')
    onChange(this.loaded)
  }
}

/** Another text when a file is changed, added or taken away. */
async function signature(paths: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    paths.map(async path => {
      const own = await stampOf(path)
      if (!own.isFolder) return own.line
      const names = (await readdir(path)).sort()
      const inside = await Promise.all(names.map(name => stampOf(join(path, name))))
      return inside.map(({ line }) => line).join('\n')
    }),
  )
  return lines.join('\n')
}

async function stampOf(path: string): Promise<{ readonly line: string; readonly isFolder: boolean }> {
  const stats = await stat(path).catch(() => null)
  if (!stats) return { line: `${path} missing`, isFolder: false }
  return { line: `${path} ${stats.ino} ${stats.size} ${stats.mtimeMs}`, isFolder: stats.isDirectory() }
}

/** Within the working directory as people name it there. */
function shortest(path: string): string {
  const inside = relative(process.cwd(), path)
  return inside === '' || inside.startsWith('..') ? path : inside
}

import { relative } from 'node:path'
import { CodedError, exitCode, isOfConfiguration, messageOf } from '../../platform/errors.ts'
import { FileLines, isDiskFile } from '../../platform/file-lines.ts'
import { Console, type Screen } from './console/console.ts'
import { LocalSystem, type LocalSystemOptions } from './local-system.ts'

/** `npm` passes the terminal's Ctrl-C on although the terminal has sent it already: that is still one Ctrl-C. */
const sameKeyMs = 1_000

/** The line that says that everything is ready begins like this. */
export const readyLine = 'citybrain is up'

/** Runs the local system until it is told to stop; returns the exit code. */
export async function runLocal(given: Omit<LocalSystemOptions, 'console' | 'env'>): Promise<number> {
  const console = new Console({ screen: screenOf(process.stdout), level: given.logLevel })
  warnThrough(console)
  const system = new LocalSystem({ ...given, console, env: process.env })
  const startedAt = Date.now()
  let askedAt: number | null = null
  let forced = false
  const asked = new Promise<void>(resolve => {
    const ask = (): void => {
      const now = Date.now()
      if (askedAt === null) {
        askedAt = now
        console.event('info', 'start', 'stopping; once more Ctrl-C ends everything at once')
        resolve()
      } else if (now - askedAt > sameKeyMs) {
        console.event('warn', 'start', 'ending everything at once')
        forced = true
        system.kill()
      }
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask)
    // Whoever reads our lines is gone: a closed terminal, or a pipe such as `| head`. It says so for every line.
    process.stdout.on('error', () => {
      console.mute()
      if (askedAt === null) ask()
    })
  })

  // Also when it is idle: all its handles are the children's, and those may be between two starts.
  const alive = setInterval(() => undefined, 2 ** 30)
  const start = system.start().then(
    () => null,
    (error: unknown) => ({ error }),
  )
  const failed = await Promise.race([start, asked])
  if (failed === null) {
    printReady(console, system, given.dataDir, Date.now() - startedAt)
    await asked
  }
  await system.stop()
  // A start that was interrupted fails with nothing that is news.
  const afterwards = askedAt === null ? await start : null
  clearInterval(alive)
  if (!afterwards) {
    console.event('info', 'start', 'stopped')
    return forced ? exitCode.failed : exitCode.ok
  }
  const { error } = afterwards
  const hint = error instanceof CodedError && error.hint ? ` - ${error.hint}` : ''
  process.stderr.write(`${messageOf(error)}${hint}\n`)
  return isOfConfiguration(error) ? exitCode.config : exitCode.unavailable
}

/** A file is written line by line, and a full disk ends nothing; a terminal or a pipe as Node has it. */
function screenOf(stdout: typeof process.stdout): Screen {
  if (!isDiskFile(stdout.fd)) return stdout
  return new FileLines(stdout.fd, lines => `${lines} lines before this one could not be written`)
}

function printReady(console: Console, system: LocalSystem, dataDir: string, tookMs: number): void {
  const urls = Object.entries(system.urls()).map(([name, url]) => `  ${name.padEnd(12)}${url}`)
  const inside = relative(process.cwd(), dataDir)
  const data = inside === '' || inside.startsWith('..') ? dataDir : inside
  console.print(
    [
      '',
      `${readyLine} after ${(tookMs / 1000).toFixed(1)} s`,
      '',
      ...urls,
      `  ${'data'.padEnd(12)}${data}`,
      '',
    ].join('\n'),
  )
}

/** Node's warnings, as log lines like all others. */
function warnThrough(console: Console): void {
  process.removeAllListeners('warning')
  process.on('warning', warning => {
    // kafkajs arms timers with negative delays, which Node 24 mentions and otherwise treats as 1 ms.
    if (warning.name === 'TimeoutNegativeWarning') return
    console.event('warn', 'start', warning.message, { name: warning.name })
  })
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CodedError, exitCode, messageOf } from '../../platform/errors.ts'
import { runChaos } from './chaos-run.ts'
import { type ChaosArguments, parseChaosArguments } from './options.ts'
import { isExact } from './report/chaos-result.ts'
import { summary } from './report/summary.ts'

const resultDir = join(import.meta.dirname, '../../.chaos')

try {
  process.exit(await main(parseChaosArguments(process.argv.slice(2))))
} catch (error) {
  const hint = error instanceof CodedError && error.hint ? `\n\n${error.hint}` : ''
  process.stderr.write(`${messageOf(error)}${hint}\n`)
  process.exit(exitCode.usage)
}

async function main({ dataDir: given, ...options }: ChaosArguments): Promise<number> {
  const dataDir = given ? resolve(given) : await mkdtemp(join(tmpdir(), `citybrain-chaos-${options.seed}-`))
  const log = (line: string): void => {
    process.stdout.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`)
  }
  try {
    const result = await runChaos({ ...options, dataDir, log, signal: interrupted(log) })
    await mkdir(resultDir, { recursive: true })
    const file = join(resultDir, `${options.seed}.json`)
    await writeFile(file, `${JSON.stringify(result, null, 2)}\n`)
    process.stdout.write(`\n${summary(result)}\n\nwritten to ${file}\n`)
    if (!isExact(result)) throw new Error('what is stored differs from what was accepted')
    if (given === undefined) await rm(dataDir, { recursive: true })
    return exitCode.ok
  } catch (error) {
    process.stderr.write(`${described(error)}\ndata and logs are in ${dataDir}\n`)
    return exitCode.failed
  }
}

/** Aborted by the first Ctrl-C; the second one ends this process, and its watchdog the others. */
function interrupted(log: (line: string) => void): AbortSignal {
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted) process.exit(exitCode.failed)
      log('stopping; once more Ctrl-C leaves at once')
      abort.abort(new Error(`ended by ${signal}`))
    })
  }
  return abort.signal
}

function described(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `: ${described(error.cause)}` : ''
  return `${messageOf(error)}${cause}`
}

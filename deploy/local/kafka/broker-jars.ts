import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../../../platform/errors.ts'
import { lock } from '../setup/file-lock.ts'
import type { Progress } from '../supervise/part-spec.ts'

const pomFile = join(import.meta.dirname, 'pom.xml')

export interface JarFetch {
  /** Folder shared by all data directories of this checkout. */
  readonly cacheDir: string
  readonly env: NodeJS.ProcessEnv
  /** Called with one line for people now and then. */
  readonly progress: Progress
  /** Gives up the fetch. */
  readonly signal?: AbortSignal
}

/** The Kafka version of pom.xml. */
export function kafkaVersion(pom = readFileSync(pomFile, 'utf8')): string {
  const version = /<kafka\.version>([^<]+)</.exec(pom)?.[1]
  if (!version) throw new Error(`no <kafka.version> in ${pomFile}`)
  return version
}

/** Where the jars are once fetched; the folder exists only when it is complete. */
export function jarsDir(cacheDir: string): string {
  return join(cacheDir, 'kafka', kafkaVersion(), 'lib')
}

/**
 * Fetches the broker's jars with Maven unless they are there already; returns their folder.
 * They are copied aside and renamed when complete, so a fetch that was cut short is never taken for done;
 * a second start waits for the first one's fetch.
 * @throws CodedError `maven_missing`, `kafka_fetch_failed`
 */
export async function brokerJars(fetch: JarFetch): Promise<string> {
  const { cacheDir, progress } = fetch
  const target = jarsDir(cacheDir)
  if (existsSync(target)) return target
  const parent = join(cacheDir, 'kafka', kafkaVersion())
  const held = await lock(join(parent, 'fetch.lock'), () =>
    progress('waiting for another start to fetch them'),
  )
  try {
    if (existsSync(target)) return target
    const partial = join(parent, 'lib.partial')
    await rm(partial, { recursive: true, force: true })
    await mkdir(partial, { recursive: true })
    progress(`fetching Apache Kafka ${kafkaVersion()} (once, about 45 MB)`)
    await copyDependencies(partial, fetch)
    if (!(await readdir(partial)).some(file => file.startsWith('kafka_'))) {
      throw new CodedError('kafka_fetch_failed', 'Maven ended well but brought no broker')
    }
    await rename(partial, target)
    return target
  } finally {
    held.release()
  }
}

async function copyDependencies(into: string, { env, progress, signal }: JarFetch): Promise<void> {
  const args = ['--batch-mode', '--file', pomFile, 'dependency:copy-dependencies']
  const child = spawn('mvn', [...args, '-DincludeScope=runtime', `-DoutputDirectory=${into}`], {
    env,
    ...(signal ? { signal } : {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors: string[] = []
  let fetched = 0
  const onLine = (line: string): void => {
    const jar = downloadedJar(line)
    if (jar) progress(`${++fetched} files, ${jar}`)
    if (line.startsWith('[ERROR]')) errors.push(line.slice('[ERROR]'.length).trim())
  }
  eachLine(child.stdout, onLine)
  eachLine(child.stderr, onLine)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve)
    child.once('error', error => {
      const missing = 'code' in error && error.code === 'ENOENT'
      reject(
        missing
          ? new CodedError(
              'maven_missing',
              "the first start fetches Kafka's jars with Maven, and `mvn` is not on the PATH",
              {
                hint: 'install Apache Maven 3.8 or newer, or set KAFKA_BROKERS to use a running Kafka',
              },
            )
          : error,
      )
    })
  })
  if (code !== 0) {
    throw new CodedError(
      'kafka_fetch_failed',
      `Maven could not fetch Kafka's jars: ${errors[0] ?? `exit code ${code}`}`,
      {
        hint: "check the network, or the mirror and proxy in Maven's settings.xml, then start again",
      },
    )
  }
}

/** The jar a line of Maven's says it has downloaded, if it says so: `name (size)`. */
export function downloadedJar(line: string): string | null {
  const match = /Downloaded from \S+: \S*\/([^/\s]+\.jar)(?: \(([^)]+?) at [^)]*\))?/.exec(line)
  return match ? `${match[1]}${match[2] ? ` (${match[2]})` : ''}` : null
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
}

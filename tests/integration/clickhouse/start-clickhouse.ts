import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { clickhousePassword } from '../../clickhouse-password.ts'

const root = resolve(import.meta.dirname, '../../..')

export interface RunningClickHouse {
  readonly url: string
  readonly dataDir: string
  readonly pid: number
  /** Everything the process logged, a line each. */
  readonly log: readonly string[]
  /** SIGTERM; resolves with the exit code. Removes the data if this start made the directory. */
  stop(): Promise<number | null>
  /** SIGKILL; resolves when the process is gone. The data stays. */
  kill9(): Promise<void>
}

export interface StartOptions {
  /** Where the data lives; a temporary directory of its own when not given. */
  readonly dataDir?: string
  /** 0, the default, picks a free one. */
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Starts ClickHouse as the local default runs it and waits until it answers.
 * @throws Error with what it logged when it ends before that.
 */
export async function startClickHouse(options: StartOptions = {}): Promise<RunningClickHouse> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'citybrain-clickhouse-')))
  const child = spawn(join(root, 'node_modules/.bin/node'), [join(root, 'deploy/local/clickhouse/main.ts')], {
    env: {
      ...process.env,
      CLICKHOUSE_HOST: '127.0.0.1',
      CLICKHOUSE_PORT: String(options.port ?? 0),
      CLICKHOUSE_DATA_DIR: dataDir,
      CLICKHOUSE_PASSWORD: clickhousePassword,
      LOG_LEVEL: 'info',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log: string[] = []
  let exited = false
  const exit = once(child, 'exit').then(([code]) => {
    exited = true
    return typeof code === 'number' ? code : null
  })
  const ready = new Promise<string>((resolveUrl, reject) => {
    let url = ''
    const read = (line: string) => {
      log.push(line)
      url = /"url":"([^"]+)"/.exec(line)?.[1] ?? url
      if (/"msg":"ready"/.test(line)) resolveUrl(url)
    }
    createInterface(child.stdout).on('line', read)
    createInterface(child.stderr).on('line', read)
    void exit.then(code => reject(new Error(`ClickHouse ended with ${code}: ${log.join('\n')}`)))
  })
  const url = await ready
  return {
    url,
    dataDir,
    pid: child.pid!,
    log,
    async stop() {
      if (!exited) child.kill('SIGTERM')
      const code = await exit
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
      return code
    },
    async kill9() {
      child.kill('SIGKILL')
      await exit
    },
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = join(import.meta.dirname, '../../..')

export interface IngestProcess {
  readonly url: string
  readonly child: ChildProcess
  readonly log: () => string
  /** The value of an unlabelled metric. */
  metric(name: string): Promise<number>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>
}

/** `node ingest/main.ts` against these brokers, on a port the system chose; resolves when it is ready. */
export async function startIngest(env: Record<string, string>): Promise<IngestProcess> {
  const adminPort = await freePort()
  const child = spawn(process.execPath, ['ingest/main.ts'], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', INGEST_PORT: '0', ADMIN_PORT: String(adminPort), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let log = ''
  child.stdout?.on('data', chunk => {
    log += chunk
  })
  const exited = once(child, 'exit')
  const url = await until('ingest is ready', 60_000, () => {
    if (child.exitCode !== null) throw new Error(`ingest ended:\n${log}`)
    return log.includes('"msg":"ready"') ? /"url":"(http:[^"]+)"/.exec(log)?.[1] : undefined
  })
  return {
    url,
    child,
    log: () => log,
    metric: async name => {
      const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text()
      return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1])
    },
    post: (path, body, headers = { 'content-type': 'application/json' }) =>
      fetch(url + path, {
        method: 'POST',
        headers,
        body: typeof body === 'string' || Buffer.isBuffer(body) ? new Blob([body]) : JSON.stringify(body),
      }),
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await exited
      }
      return child.exitCode
    },
  }
}

/** What `probe` gives once it gives something; asked again every 50 ms. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  probe: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    const value = await probe()
    if (value !== undefined) return value
    await sleep(50)
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  await new Promise(resolve => server.close(resolve))
  return address.port
}

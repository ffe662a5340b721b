import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { inject } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')

/** The api as production runs it: a process of its own, told everything by its environment. */
export interface ApiProcess {
  readonly url: string
  readonly streamUrl: string
  readonly adminUrl: string
  stop(): Promise<number | null>
  /** Ends it at once, as a machine that goes does: nobody is told. */
  kill(): Promise<void>
}

export async function startApi(env: Readonly<Record<string, string>> = {}): Promise<ApiProcess> {
  const adminPort = await freePort()
  const child = spawn(process.execPath, ['api/main.ts'], {
    cwd: root,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      KAFKA_BROKERS: inject('kafkaBrokers'),
      CLICKHOUSE_URL: inject('clickhouseUrl'),
      SCHEMA_REGISTRY_URL: inject('registryUrl'),
      API_PORT: '0',
      ADMIN_PORT: String(adminPort),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // A test that fails half-way must not leave it running.
  process.once('exit', () => child.kill('SIGKILL'))
  const url = await ready(child)
  return {
    url,
    streamUrl: `${url.replace('http', 'ws')}/v1/stream`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit')
        child.kill('SIGTERM')
        await exit
      }
      return child.exitCode
    },
    kill: async () => {
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** The address it logs, once it says that it is ready. */
async function ready(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the api has no output')
  const lines: string[] = []
  let url = ''
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    const { msg, url: served } = JSON.parse(line)
    if (msg === 'serving') url = served
    if (msg === 'ready') {
      child.stdout.resume()
      return url
    }
  }
  throw new Error(`the api ended before it was ready:\n${lines.join('\n')}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

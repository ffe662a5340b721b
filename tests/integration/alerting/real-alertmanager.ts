import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { vi } from 'vitest'

const run = promisify(execFile)

/** What the real Alertmanager says of an alert. */
export interface HeldAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL: string
  readonly status: { readonly state: string }
}

export interface RealAlertmanager {
  readonly url: string
  /** Those that are on. */
  active(): Promise<readonly HeldAlert[]>
  stop(): Promise<void>
}

/**
 * The program of Debian's package prometheus-alertmanager, installed where that can be done.
 * @returns null, with the reason printed, where it cannot be had
 */
export async function alertmanagerProgram(): Promise<string | null> {
  const find = async () => {
    for (const name of ['prometheus-alertmanager', 'alertmanager']) {
      const found = await run('which', [name]).catch(() => null)
      if (found) return found.stdout.trim()
    }
    return null
  }
  const known = await find()
  if (known) return known
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const options = { env, timeout: 180_000 }
    await run('apt-get', ['update'], options)
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'prometheus-alertmanager'], options)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    console.warn(`skipped: prometheus-alertmanager is not there and cannot be installed: ${reason}`)
  }
  return find()
}

/** Starts it on a port of its own, without a cluster. */
export async function startAlertmanager(program: string): Promise<RealAlertmanager> {
  const home = await mkdtemp(join(tmpdir(), 'citybrain-alertmanager-'))
  const config = join(home, 'alertmanager.yml')
  await writeFile(config, 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n')
  const port = await freePort()
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.path=${join(home, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  process.once('exit', () => child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  await vi.waitFor(
    async () => {
      const response = await fetch(`${url}/-/ready`)
      if (!response.ok) throw new Error(`not ready: ${response.status}`)
    },
    { timeout: 60_000, interval: 100 },
  )
  return {
    url,
    async active() {
      const response = await fetch(`${url}/api/v2/alerts?active=true&silenced=false&inhibited=false`)
      const alerts: readonly HeldAlert[] = JSON.parse(await response.text())
      return alerts
    },
    async stop() {
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
      await rm(home, { recursive: true, force: true })
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

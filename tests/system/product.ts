import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readyLine } from '../../deploy/local/run-local.ts'
import { freePortOffset, type Ports, portsAt } from '../../deploy/local/setup/ports.ts'
import { randomInSlot } from '../port-slot.ts'

const root = join(import.meta.dirname, '../..')
const host = '127.0.0.1'

/** Set by whoever runs the tests, these would make a test use something else than it started. */
const notInherited = [
  'KAFKA_BROKERS',
  'CLICKHOUSE_URL',
  'SCHEMA_REGISTRY_URL',
  'WINDOWS',
  'LOG_LEVEL',
  'ALERT_RULES',
  'ALERTMANAGER_URL',
  'ALERT_WEBHOOKS',
]

export interface ProductOptions {
  /** After `npm start --`; ports and data directory are added. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Kept when the product stops; by default a temporary one is removed. */
  readonly dataDir?: string
  readonly portOffset?: number
  readonly readyTimeoutMs?: number
  /** The launcher to run, from the root of the checkout. */
  readonly script?: string
}

/** The product ended before it was ready. */
export class ProductEnded extends Error {
  readonly code: number | null
  readonly output: string

  constructor(code: number | null, output: string) {
    super(`ended with ${code} before it was ready:\n${output}`)
    this.code = code
    this.output = output
  }
}

/** `npm start`, running. */
export class Product {
  readonly ports: Ports
  readonly dataDir: string
  readonly urls: {
    readonly api: string
    readonly stream: string
    readonly ingest: string
    readonly clickhouse: string
    readonly registry: string
    readonly kafka: string
  }
  /** Exit code; null when it ended by a signal. */
  readonly exited: Promise<number | null>
  private readonly launcher: ChildProcess
  private readonly cleanUp: () => Promise<void>
  private text = ''
  private readonly listeners = new Set<() => void>()

  constructor(launcher: ChildProcess, ports: Ports, dataDir: string, cleanUp: () => Promise<void>) {
    this.launcher = launcher
    this.ports = ports
    this.dataDir = dataDir
    this.cleanUp = cleanUp
    this.urls = {
      api: `http://${host}:${ports.api}`,
      stream: `ws://${host}:${ports.api}/v1/stream`,
      ingest: `http://${host}:${ports.ingest}`,
      clickhouse: `http://${host}:${ports.clickhouse}`,
      registry: `http://${host}:${ports.registry}`,
      kafka: `${host}:${ports.kafka}`,
    }
    this.exited = new Promise(resolve => launcher.once('close', resolve))
    for (const stream of [launcher.stdout, launcher.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.text += chunk
        for (const listener of this.listeners) listener()
      })
    }
  }

  /** Everything printed so far, stdout and stderr. */
  get output(): string {
    return this.text
  }

  get pid(): number {
    if (this.launcher.pid === undefined) throw new Error('the launcher did not start')
    return this.launcher.pid
  }

  /** Waits until the output has `pattern`, from character `from` on; resolves with the output. */
  async printed(pattern: RegExp | string, { from = 0, timeoutMs = 60_000 } = {}): Promise<string> {
    const has = () => {
      const text = this.text.slice(from)
      return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)
    }
    await new Promise<void>((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer)
        this.listeners.delete(look)
        act()
      }
      const look = () => has() && settle(resolve)
      const timer = setTimeout(
        () => settle(() => reject(new Error(`not printed within ${timeoutMs} ms: ${pattern}\n${this.text}`))),
        timeoutMs,
      )
      this.listeners.add(look)
      void this.exited.then(code => {
        if (!has()) settle(() => reject(new ProductEnded(code, this.text)))
      })
      look()
    })
    return this.text
  }

  /** Process ids of the parts that run now, by name. */
  processes(): Readonly<Record<string, number>> {
    const state: { processes: Record<string, { pid: number }> } = JSON.parse(
      readFileSync(join(this.dataDir, 'instance.json'), 'utf8'),
    )
    return Object.fromEntries(Object.entries(state.processes).map(([part, { pid }]) => [part, pid]))
  }

  /** Sends a signal to one part: `kill('aggregate', 'SIGKILL')`. */
  kill(part: string, signal: NodeJS.Signals = 'SIGKILL'): void {
    const pid = this.processes()[part]
    if (pid === undefined) throw new Error(`${part} does not run`)
    process.kill(pid, signal)
  }

  /** Closes the pipes its lines go to, as a closed terminal or `| head` does. */
  stopReading(): void {
    this.launcher.stdout?.destroy()
    this.launcher.stderr?.destroy()
  }

  /** Sends a signal to the launcher itself. */
  signal(signal: NodeJS.Signals): void {
    this.launcher.kill(signal)
  }

  /** Ctrl-C, then waits until everything has ended; may be called again. Resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (this.launcher.exitCode === null && this.launcher.signalCode === null) this.signal('SIGINT')
    const code = await this.exited
    await this.cleanUp()
    return code
  }
}

/**
 * Starts the whole product as `npm start` does: free ports, a data directory of its own; resolves when it says it is up.
 * @throws ProductEnded
 */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const { args = [], env = {}, readyTimeoutMs = 420_000, script = 'deploy/local/start.ts' } = options
  const portOffset = options.portOffset ?? (await freePortOffset(host, randomInSlot))
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'citybrain-product-')))
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !notInherited.includes(name) && !name.startsWith('VITEST'),
    ),
  )
  const flags = ['--data-dir', dataDir, '--port-offset', String(portOffset), ...args]
  const launcher = spawn(process.execPath, [join(root, script), ...flags], {
    cwd: root,
    env: { ...inherited, ...env },
    // A group of its own, like a command in a shell.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const product = new Product(launcher, portsAt(portOffset), dataDir, async () => {
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
  })
  try {
    await product.printed(readyLine, { timeoutMs: readyTimeoutMs })
    return product
  } catch (error) {
    await product.stop()
    throw error
  }
}

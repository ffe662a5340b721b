import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './real-alertmanager.ts'

const root = resolve(import.meta.dirname, '../../..')

/** Alerting as production runs it. */
export interface AlertingProcess {
  /** Resolves when it has said so, from its start on. */
  says(message: string): Promise<void>
  /** How often kpi.regional was given to it, by what became of what it knows: restored, kept. */
  assignments(): Promise<Readonly<Record<string, number>>>
  /** It hears, says and does nothing, as on a machine that has no time for it, until it is woken. */
  sleep(): void
  wake(): void
  kill(): Promise<void>
  stop(): Promise<number | null>
}

export async function startAlerting(env: Readonly<Record<string, string>>): Promise<AlertingProcess> {
  const port = await freePort()
  const child = spawn(process.execPath, ['processors/main.ts', 'alerting'], {
    cwd: root,
    env: {
      ...process.env,
      NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning',
      ADMIN_PORT: String(port),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // A test that fails half-way must not leave it running.
  process.once('exit', () => child.kill('SIGKILL'))
  const said: string[] = []
  const listeners = new Set<() => void>()
  if (!child.stdout) throw new Error('it has no output')
  createInterface({ input: child.stdout }).on('line', line => {
    said.push(line)
    for (const listener of listeners) listener()
  })
  return {
    says: message =>
      new Promise((done, fail) => {
        const look = () => {
          if (!said.some(line => line.includes(`"msg":"${message}"`))) return
          listeners.delete(look)
          done()
        }
        listeners.add(look)
        child.once('exit', () => fail(new Error(`ended before it said ${message}:\n${said.join('\n')}`)))
        look()
      }),
    assignments: async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      const samples = text.matchAll(/^citybrain_alerting_assignments_total\{state="(\w+)"\} (\d+)$/gm)
      return Object.fromEntries([...samples].map(([, state, count]) => [state, Number(count)]))
    },
    sleep: () => child.kill('SIGSTOP'),
    wake: () => child.kill('SIGCONT'),
    kill: () => end(child, 'SIGKILL'),
    stop: async () => {
      await end(child, 'SIGTERM')
      return child.exitCode
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}

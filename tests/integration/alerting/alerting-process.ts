import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const root = resolve(import.meta.dirname, '../../..')

/** Alerting as production runs it. */
export interface AlertingProcess {
  /** Resolves when it has said so, from its start on. */
  says(message: string): Promise<void>
  kill(): Promise<void>
  stop(): Promise<number | null>
}

export function startAlerting(env: Readonly<Record<string, string>>): AlertingProcess {
  const child = spawn(process.execPath, ['processors/main.ts', 'alerting'], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning', ...env },
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

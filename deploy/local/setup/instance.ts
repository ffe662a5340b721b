import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { type Clock, wallClock } from '../../../platform/clock.ts'
import { CodedError } from '../../../platform/errors.ts'
import { type FileLock, tryLock } from './file-lock.ts'
import { privateFolder } from './private-files.ts'
import { processIdentity } from './process-identity.ts'
import { StateFile, type StateFileOptions } from './state-file.ts'

const Leftover = Type.Object({ pid: Type.Integer({ minimum: 2 }), identity: Type.String() })
/** `instance.json`: who runs on a data directory, and the processes it started. */
const InstanceState = Type.Object({
  pid: Type.Integer(),
  processes: Type.Record(Type.String(), Leftover),
})

const pollMs = 100

/** One running system's hold on its data directory. */
export class Instance {
  private readonly held: FileLock
  private readonly stateFile: string
  private readonly state: StateFile

  private constructor(held: FileLock, stateFile: string, tell: StateFileOptions['tell']) {
    this.held = held
    this.stateFile = stateFile
    this.state = new StateFile({ path: stateFile, tell })
  }

  /**
   * @param tell told when `note` cannot be written, and when it can be again; for those who note something
   * @throws CodedError `data_dir_in_use`, `data_dir_not_private`
   */
  static claim(dataDir: string, tell: StateFileOptions['tell'] = () => undefined): Instance {
    privateFolder(dataDir)
    const stateFile = join(dataDir, 'instance.json')
    const held = tryLock(join(dataDir, 'instance.lock'))
    if (held) return new Instance(held, stateFile, tell)
    const holder = readState(stateFile)
    throw new CodedError(
      'data_dir_in_use',
      `another instance${holder ? ` (process ${holder.pid})` : ''} is running on ${dataDir}`,
      { hint: 'stop it first, or start this one with --data-dir and --port-offset of its own' },
    )
  }

  /**
   * Ends the processes of an earlier instance that was killed; a process is known by its id and the time it started.
   * @param announce told of each one
   */
  async endLeftovers(
    graceMs: number,
    announce: (part: string, pid: number) => void,
    clock: Clock = wallClock,
  ): Promise<void> {
    const processes = Object.entries(readState(this.stateFile)?.processes ?? {})
    const left = processes.filter(([, leftover]) => isRunning(leftover))
    for (const [part, { pid }] of left) {
      announce(part, pid)
      signalGroup(pid, 'SIGTERM')
    }
    const deadline = clock.now() + graceMs
    while (left.some(([, leftover]) => isRunning(leftover))) {
      if (clock.now() >= deadline) {
        for (const [, leftover] of left) if (isRunning(leftover)) signalGroup(leftover.pid, 'SIGKILL')
      }
      await delay(pollMs)
    }
  }

  /**
   * Notes the processes that run now, by part; later where it cannot be written now. Meanwhile the file names processes
   * of before: of an instance that is killed then only its watchdog ends the new ones.
   */
  note(processes: Readonly<Record<string, number>>): void {
    const known = Object.entries(processes).flatMap(([part, pid]) => {
      const identity = processIdentity(pid)
      return identity === null ? [] : [[part, { pid, identity }] as const]
    })
    const state = { pid: process.pid, processes: Object.fromEntries(known) }
    this.state.put(`${JSON.stringify(state, null, 2)}\n`)
  }

  release(): void {
    this.state.close()
    rmSync(this.stateFile, { force: true })
    this.held.release()
  }
}

function readState(path: string): Type.Static<typeof InstanceState> | null {
  try {
    const state: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return Value.Check(InstanceState, state) ? state : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function isRunning({ pid, identity }: Type.Static<typeof Leftover>): boolean {
  return processIdentity(pid) === identity
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

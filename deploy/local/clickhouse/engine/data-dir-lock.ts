import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CodedError } from '../../../../platform/errors.ts'
import type { Resource } from '../../../../platform/lifecycle.ts'

/**
 * One process a data directory: the engine itself does not check, and two engines on one directory
 * destroy it. The lock is SQLite's, that is the operating system's: it ends with the process however that
 * ends, so nothing stale is left by kill -9.
 */
export class DataDirLock implements Resource {
  readonly name = 'data directory lock'
  private readonly dir: string
  private lock: DatabaseSync | undefined

  constructor(dir: string) {
    this.dir = dir
  }

  /** @throws CodedError `data_dir_in_use` when another process has the directory open. */
  async start(): Promise<void> {
    mkdirSync(this.dir, { recursive: true })
    const holder = join(this.dir, 'pid')
    const lock = new DatabaseSync(join(this.dir, 'lock'))
    try {
      lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    } catch (error) {
      lock.close()
      if (!(error instanceof Error && /locked/.test(error.message))) throw error
      throw new CodedError('data_dir_in_use', `${this.dir} is in use by process ${readHolder(holder)}`, {
        hint: 'stop that process, or set CLICKHOUSE_DATA_DIR to another directory',
      })
    }
    this.lock = lock
    writeFileSync(holder, String(process.pid))
  }

  async stop(): Promise<void> {
    const lock = this.lock
    this.lock = undefined
    lock?.close()
  }
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // Taken, but its holder has not written its number yet.
    return 'another process'
  }
}

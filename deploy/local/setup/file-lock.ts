import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'

export interface FileLock {
  release(): void
}

/**
 * Takes an exclusive lock on a file, or returns null when another process holds it.
 * SQLite's lock is the operating system's: it goes with the process, however that ends, so no lock is ever stale.
 */
export function tryLock(path: string): FileLock | null {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (isBusy(error)) return null
    throw error
  }
  return {
    release: () => {
      if (database.isOpen) database.close()
    },
  }
}

/** Waits until the lock is free; `onWait` is called once when it is not. */
export async function lock(path: string, onWait: () => void = () => undefined): Promise<FileLock> {
  let waiting = false
  for (;;) {
    const held = tryLock(path)
    if (held) return held
    if (!waiting) onWait()
    waiting = true
    await delay(200)
  }
}

/** SQLITE_BUSY, https://sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { messageOf } from '../../../platform/errors.ts'

export interface StateFileOptions {
  /** Its folder is there. */
  readonly path: string
  /** Told once when it cannot be written, and once when it can be again. */
  readonly tell: (level: 'warn' | 'info', line: string, reason?: string) => void
  /** ms */
  readonly retryEveryMs?: number
}

/**
 * A small file that always holds one whole text, replaced as a whole. Where that fails, on a full disk for one, the old
 * text stays, and the new one is tried again until it is written or a newer one takes its place.
 */
export class StateFile {
  private readonly options: StateFileOptions
  private due: string | undefined
  private retry: NodeJS.Timeout | undefined

  constructor(options: StateFileOptions) {
    this.options = options
  }

  put(text: string): void {
    const { tell, path, retryEveryMs = 5_000 } = this.options
    const failedBefore = this.due !== undefined
    this.due = text
    try {
      replace(path, text)
    } catch (error) {
      if (!failedBefore) tell('warn', `cannot write ${path} and goes on trying`, messageOf(error))
      this.retry ??= setInterval(() => this.again(), retryEveryMs).unref()
      return
    }
    this.close()
    if (failedBefore) tell('info', `${path} is written again`)
  }

  /** Gives up what could not be written so far. */
  close(): void {
    clearInterval(this.retry)
    this.retry = undefined
    this.due = undefined
  }

  private again(): void {
    if (this.due !== undefined) this.put(this.due)
  }
}

/**
 * What a state file holds; null where there is none.
 * @throws what `broken` makes of a file that is not of this shape
 */
export function readStateFile<T extends TSchema>(
  path: string,
  shape: T,
  broken: (reason: string) => Error,
): Static<T> | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  try {
    return Value.Parse(shape, JSON.parse(text))
  } catch (error) {
    throw broken(messageOf(error))
  }
}

function replace(path: string, text: string): void {
  const aside = `${path}.new`
  try {
    const file = openSync(aside, 'w')
    try {
      writeFileSync(file, text)
      // Some file systems find out only now that there is no room.
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(aside, path)
  } catch (error) {
    rmSync(aside, { force: true })
    throw error
  }
}

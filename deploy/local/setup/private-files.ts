import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CodedError, messageOf } from '../../../platform/errors.ts'

/**
 * Makes a folder that only this user can look into, or makes one of before so.
 * @throws CodedError `data_dir_not_private`
 */
export function privateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  try {
    chmodSync(path, 0o700)
  } catch (error) {
    throw new CodedError('data_dir_not_private', `${path} cannot be closed to others: ${messageOf(error)}`, {
      hint: 'it holds passwords: use a folder of your own with --data-dir',
    })
  }
}

/** Writes a file that only this user can read, at any moment; what was there is replaced at once. */
export function writePrivate(path: string, text: string): void {
  // A disk that is full keeps no system from starting that started here before.
  if (closed(path) === text) return
  renameSync(freshFile(path, text), path)
}

/** A random text of 256 bits, made at the first call and the same from then on. @throws CodedError `secret_unreadable` */
export function keptSecret(path: string): string {
  if (closed(path) === null) {
    const fresh = freshFile(path, `${randomBytes(32).toString('base64url')}\n`)
    try {
      // Does nothing where somebody else made one in between.
      linkSync(fresh, path)
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
    } finally {
      rmSync(fresh)
    }
  }
  const secret = closed(path)?.trim() ?? ''
  if (/^[\w-]{22,}$/.test(secret)) return secret
  throw new CodedError('secret_unreadable', `${path} holds no password`, {
    hint: 'remove it: the next start makes a new one',
  })
}

/** What a file says that is there, after it was closed to others; null without one. */
function closed(path: string): string | null {
  try {
    chmodSync(path, 0o600)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function freshFile(path: string, text: string): string {
  const fresh = join(dirname(path), `.${randomBytes(8).toString('hex')}`)
  writeFileSync(fresh, text, { flag: 'wx', mode: 0o600 })
  return fresh
}

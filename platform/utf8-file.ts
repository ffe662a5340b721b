import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { CodedError } from './errors.ts'

/**
 * The text of a file that people write. Other bytes than UTF-8 would become other names.
 * @throws CodedError `not_utf8`. @throws Error where it cannot be read
 */
export async function readUtf8(path: string): Promise<string> {
  return textOf(await readFile(path), path)
}

/** The same before anything else is done. */
export function readUtf8Sync(path: string): string {
  return textOf(readFileSync(path), path)
}

function textOf(bytes: Buffer, path: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  throw new CodedError('not_utf8', `${path}: the bytes are not UTF-8`, { hint: 'save it as UTF-8' })
}

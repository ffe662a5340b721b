import { mkdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Resource } from '../../../../platform/lifecycle.ts'
import { ClickHouseException } from '../protocol/exception.ts'

/** The folder that `file('name')` reads from: plain files of its own, and nothing that leads out of it. */
export class FileFolder implements Resource {
  readonly name = 'folder of files'
  private readonly dir: string

  constructor(dataDir: string) {
    this.dir = join(resolve(dataDir), 'user_files')
  }

  async start(): Promise<void> {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 })
    // The embedded engine looks for a name there and nowhere else.
    process.chdir(this.dir)
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  /** @throws ClickHouseException 497 while anything but plain files is in it. */
  async requirePlain(): Promise<void> {
    const entries = await readdir(this.dir, { withFileTypes: true })
    const strange = entries.find(entry => !entry.isFile())
    if (!strange) return
    throw new ClickHouseException(
      'ACCESS_DENIED',
      `The folder ${this.dir} holds ${strange.name}, which is no plain file: take it out to read from this folder.`,
    )
  }
}

import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { Console } from '../../../deploy/local/console/console.ts'

/** What every process says, each in a file of its own. */
export class PartLogs {
  readonly folder: string
  private readonly files = new Map<string, WriteStream>()

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
  }

  consoleOf(part: string): Console {
    let file = this.files.get(part)
    if (!file) {
      file = createWriteStream(join(this.folder, `${part}.log`), { flags: 'a' })
      this.files.set(part, file)
    }
    return new Console({ screen: file, level: 'info' })
  }

  async close(): Promise<void> {
    await Promise.all([...this.files.values()].map(file => new Promise<void>(done => file.end(done))))
    this.files.clear()
  }
}

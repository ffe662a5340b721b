import { type FileHandle, open } from 'node:fs/promises'
import type { RecordId } from '../../../schemas/records/record.ts'
import type { Item } from './schedule.ts'

/** An item that was taken. */
export interface AcceptedItem extends Item {
  /** Where its asset had moved by then. */
  readonly movedTo: string | undefined
}

/**
 * What the doors said they took, an NDJSON line each: record, county, where its asset had moved by then, why ingest has to
 * doubt it, and then the reading as it was sent. For every asset and record the lines stand in the order of the acknowledgements.
 */
export class AcceptedFile {
  private readonly path: string
  private file: FileHandle | undefined
  private last: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /** Begins a new file. */
  async open(): Promise<void> {
    this.file = await open(this.path, 'w')
  }

  /** Resolves when they are written. */
  append(record: RecordId, items: readonly AcceptedItem[]): Promise<void> {
    const file = this.file
    if (!file) throw new Error('the list of what was accepted is not open')
    const lines = items.map(
      ({ county, movedTo, text, doubt }) =>
        `{"record":"${record}","county":"${county}",${movedTo === undefined ? '' : `"moved_to":"${movedTo}",`}${doubt === null ? '' : `"doubt":"${doubt}",`}${text.slice(1)}\n`,
    )
    const written = this.last.then(() => file.appendFile(lines.join('')))
    // The next one's turn comes whatever becomes of this one; its gateway sees the error.
    this.last = written.catch(() => undefined)
    return written
  }

  async close(): Promise<void> {
    await this.last
    await this.file?.close()
    this.file = undefined
  }
}

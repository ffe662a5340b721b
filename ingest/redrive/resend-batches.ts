import type { DeadLetter } from '../../schemas/records/dead-letter.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { maxListedOverHttp } from '../intake.ts'
import type { DoorAnswer } from '../sources/files/door-client.ts'
import type { AcceptedLetter } from './redriven-letters.ts'
import type { Tally } from './tally.ts'

export interface ResendOptions {
  /** Posts items of one record type; resolves with what became of each. */
  readonly post: (record: RecordId, items: readonly unknown[]) => Promise<DoorAnswer>
  /** Remembers the letters that were accepted. */
  readonly accepted: (letters: readonly AcceptedLetter[]) => Promise<void>
  readonly tally: Tally
}

/** A dead letter where it stands. */
export interface PlacedLetter {
  readonly partition: number
  readonly offset: number
  readonly letter: DeadLetter<string>
}

/** What one answer says of each: all rejections have to be listed. Of the characters, one body. */
const most = { letters: maxListedOverHttp, characters: 1 << 20 }

interface Batch {
  readonly items: unknown[]
  readonly letters: AcceptedLetter[]
  characters: number
}

/** Gathers readings by record type and posts them, in the order in which they come: the first of an identity holds. */
export class ResendBatches {
  private readonly options: ResendOptions
  private readonly batches = new Map<RecordId, Batch>()

  constructor(options: ResendOptions) {
    this.options = options
  }

  async add(record: RecordId, item: unknown, { partition, offset, letter }: PlacedLetter): Promise<void> {
    const batch = this.batches.get(record) ?? { items: [], letters: [], characters: 0 }
    this.batches.set(record, batch)
    batch.items.push(item)
    batch.letters.push({ partition, offset, record, code: letter.code })
    batch.characters += letter.payload.length
    if (batch.items.length >= most.letters || batch.characters >= most.characters) await this.flush(record)
  }

  /** Posts what is left. */
  async flushAll(): Promise<void> {
    for (const record of [...this.batches.keys()]) await this.flush(record)
  }

  private async flush(record: RecordId): Promise<void> {
    const batch = this.batches.get(record)
    if (!batch) return
    this.batches.delete(record)
    const { post, accepted, tally } = this.options
    const { rejected } = await post(record, batch.items)
    const refused = new Set(rejected.map(({ index }) => index))
    for (const { code, message } of rejected) tally.refuse(code, message)
    const taken = batch.letters.filter((_, index) => !refused.has(index))
    tally.accepted += taken.length
    await accepted(taken)
  }
}

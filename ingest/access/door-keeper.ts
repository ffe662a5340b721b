import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../../platform/clock.ts'
import { CodedError } from '../../platform/errors.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { insider, type Sender } from '../intake.ts'
import type { IngestKey } from './key-file.ts'
import type { KeyRing } from './key-ring.ts'
import { RefusedAttempts } from './refused-attempts.ts'

/** Attempts without a good key that an address has a minute; a good key is let in whatever came before. */
const attemptsPerMinute = 60

/** Somebody who was let in. */
export interface Visitor {
  /** Who shares limits with whom: the name of the key, or the address. */
  readonly name: string
  readonly sender: Sender
  /** @throws CodedError `forbidden_record` */
  mayPost(record: RecordId): void
  /** @throws CodedError `forbidden_assets` */
  mayRegister(): void
}

/** Says who may come in: holders of a key, or everybody where there are no keys. */
export class DoorKeeper {
  private readonly ring: KeyRing | null
  private readonly refused: RefusedAttempts

  /** @param ring null: everybody may do everything */
  constructor(ring: KeyRing | null, clock: Clock) {
    this.ring = ring
    this.refused = new RefusedAttempts(clock, attemptsPerMinute)
  }

  /** @throws CodedError `key_missing`, `key_unknown`, `too_many_requests` */
  admit(headers: IncomingHttpHeaders, address: string): Visitor {
    if (this.ring === null) {
      return { name: address, sender: insider(null), mayPost: () => undefined, mayRegister: () => undefined }
    }
    const sent = keyIn(headers)
    const key = sent === undefined ? undefined : this.ring.find(sent)
    if (key) return visitorWith(key, this.ring)
    if (!this.refused.mayFail(address)) {
      throw new CodedError('too_many_requests', 'too many attempts without a key that is known here')
    }
    throw sent === undefined
      ? new CodedError('key_missing', 'send a key as Authorization: Bearer KEY, or as X-API-Key')
      : new CodedError('key_unknown', 'the key is not one of INGEST_KEYS')
  }
}

function visitorWith(key: IngestKey, ring: KeyRing): Visitor {
  const { name, records, counties, assets, anySource } = key
  const maySay = (source: string) => anySource || source === name || !ring.isName(source)
  return {
    name,
    sender: { source: name, scope: { records, counties, maySay } },
    mayPost: record => {
      if (records.has(record)) return
      throw new CodedError('forbidden_record', `the key ${name} may send ${[...records].join(', ')}`)
    },
    mayRegister: () => {
      if (!assets) throw new CodedError('forbidden_assets', `the key ${name} may not register assets`)
    },
  }
}

function keyIn(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer
  const own = headers['x-api-key']
  return typeof own === 'string' && own !== '' ? own : undefined
}

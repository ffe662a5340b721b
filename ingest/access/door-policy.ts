import { CodedError } from '../../platform/errors.ts'
import { isLoopback } from '../../platform/http/loopback.ts'

/** Who may send: holders of a key, or whoever reaches the door. */
export type DoorPolicy = 'keys' | 'open'

/**
 * On loopback the door may be open; elsewhere it needs keys, or somebody who says that it is to be open.
 * @throws CodedError `config_invalid`
 */
export function doorPolicy(config: {
  readonly ingestHost: string
  readonly ingestKeys: string
  readonly ingestOpen: 'yes' | 'no'
}): DoorPolicy {
  const { ingestHost, ingestKeys, ingestOpen } = config
  if (ingestKeys !== '' && ingestOpen === 'yes') {
    throw new CodedError('config_invalid', 'INGEST_KEYS and INGEST_OPEN=yes contradict each other')
  }
  if (ingestKeys !== '') return 'keys'
  if (ingestOpen === 'yes' || isLoopback(ingestHost)) return 'open'
  throw new CodedError(
    'config_invalid',
    `INGEST_HOST ${ingestHost} is not loopback, so whoever reaches it could send readings and move assets: ` +
      'name a file of keys with INGEST_KEYS, or say INGEST_OPEN=yes',
    { hint: 'see docs/access.md, "Who may send"' },
  )
}

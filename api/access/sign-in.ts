import type { Kafka } from 'kafkajs'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Config } from '../../platform/config.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { LogReader } from '../../platform/ready/log-lag.ts'
import { Access } from './access.ts'
import type { authSettings } from './auth-settings.ts'
import { KioskBook } from './kiosks/kiosk-book.ts'
import { KioskDesk } from './kiosks/kiosk-desk.ts'
import { KioskLog } from './kiosks/kiosk-log.ts'
import { SignedTokens } from './tokens/signed-tokens.ts'
import { tokenKeys } from './tokens/token-keys.ts'

export interface SignInOptions {
  readonly config: Config<typeof authSettings>
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly log: Log
  readonly metrics: Metrics
  /** Tokens end by the wall, whatever the data's clock says. */
  readonly wall: Clock
  /** What a kiosk has open is closed here. */
  readonly onRevoked: (kioskId: string) => void
}

export interface SignIn {
  readonly access: Access
  /** Undefined without a secret: nothing can be signed then. */
  readonly kiosks: KioskDesk | undefined
  /** To be started before anybody is let in. */
  readonly resources: readonly (Resource & LogReader)[]
}

/** Who is let in, as configured. */
export function signIn({ config, kafka, registry, log, metrics, wall, onRevoked }: SignInOptions): SignIn {
  const { anonymous, jwtSecret: secret, jwtIssuer: issuer, jwtAudience: audience } = config
  const keys = tokenKeys(config)
  if (keys.length === 0) return { access: new Access(anonymous), kiosks: undefined, resources: [] }
  if (secret === '') {
    const tokens = new SignedTokens({ keys, issuer, audience, wall })
    return { access: new Access(anonymous, tokens), kiosks: undefined, resources: [] }
  }
  const book = new KioskBook(onRevoked)
  const kioskLog = new KioskLog({ kafka, registry, book, log, metrics })
  const tokens = new SignedTokens({ keys, issuer, audience, kiosks: book, wall })
  const kiosks = new KioskDesk({
    book,
    publish: kiosk => kioskLog.publish(kiosk),
    key: { secret, issuer, audience },
    wall,
  })
  return { access: new Access(anonymous, tokens), kiosks, resources: [kioskLog] }
}

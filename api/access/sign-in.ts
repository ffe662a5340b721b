import type { Kafka } from 'kafkajs'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Config } from '../../platform/config.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { LogReader } from '../../platform/ready/log-lag.ts'
import { Access, type AnonymousPolicy } from './access.ts'
import { anonymousPolicyOf, type authSettings } from './auth-settings.ts'
import { KioskBook } from './kiosks/kiosk-book.ts'
import { KioskDesk } from './kiosks/kiosk-desk.ts'
import { KioskLog } from './kiosks/kiosk-log.ts'
import { RefusedTokens } from './refused-tokens.ts'
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
  readonly anonymous: AnonymousPolicy
  /** Undefined without a secret: nothing can be signed then. */
  readonly kiosks: KioskDesk | undefined
  /** To be started before anybody is let in. */
  readonly resources: readonly (Resource & LogReader)[]
}

/** Who is let in, as configured. */
export function signIn({ config, kafka, registry, log, metrics, wall, onRevoked }: SignInOptions): SignIn {
  const { jwtSecret: secret, jwtIssuer: issuer, jwtAudience: audience, maxTokenDays: maxDays } = config
  const anonymous = anonymousPolicyOf(config)
  const keys = tokenKeys(config)
  tellWhoIsLetIn(anonymous, keys.length > 0, log)
  if (keys.length === 0) {
    return { access: new Access(anonymous), anonymous, kiosks: undefined, resources: [] }
  }
  const refused = new RefusedTokens({ perMinute: config.refusedPerMinute, metrics, wall })
  if (secret === '') {
    const tokens = new SignedTokens({ keys, issuer, audience, maxDays, wall })
    return {
      access: new Access(anonymous, tokens, refused),
      anonymous,
      kiosks: undefined,
      resources: [],
    }
  }
  const book = new KioskBook(onRevoked)
  const kioskLog = new KioskLog({ kafka, registry, book, log, metrics })
  const tokens = new SignedTokens({ keys, issuer, audience, kiosks: book, maxDays, wall })
  const kiosks = new KioskDesk({
    book,
    publish: kiosk => kioskLog.publish(kiosk),
    key: { secret, issuer, audience },
    wall,
  })
  return { access: new Access(anonymous, tokens, refused), anonymous, kiosks, resources: [kioskLog] }
}

/** What the settings come to, in words: who reads the log sees what the outside world may see. */
function tellWhoIsLetIn(anonymous: AnonymousPolicy, hasKeys: boolean, log: Log): void {
  if (anonymous === 'off') {
    if (hasKeys) log.info('every viewer needs a token')
    else log.warn('nobody is let in: AUTH_ANONYMOUS=off, and no AUTH_JWT_SECRET or AUTH_JWKS_URL')
  } else if (hasKeys) {
    log.warn(
      'viewers on this machine need no token, because AUTH_ANONYMOUS=loopback says so: do not put a proxy in front',
    )
  } else log.info('viewers on this machine need no token, others are not let in: no key is configured')
}

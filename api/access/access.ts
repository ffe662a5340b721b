import { CodedError } from '../../platform/errors.ts'
import { isLoopback } from '../../platform/http/loopback.ts'
import type { Caller } from './caller.ts'
import type { RefusedTokens } from './refused-tokens.ts'
import { anonymousViewer, type Viewer } from './viewer.ts'

export type { Caller } from './caller.ts'
export type { Viewer } from './viewer.ts'

export const anonymousPolicies = ['loopback', 'off'] as const
export type AnonymousPolicy = (typeof anonymousPolicies)[number]

/** Knows whose a token is. */
export interface Tokens {
  /** @throws CodedError `unauthorized`, `token_expired`, `forbidden_role`, `kiosk_revoked` or `wrong_wall`. */
  viewerOf(token: string, wall: string | undefined): Promise<Viewer>
}

/** The one place that decides who is let in: REST and the stream both ask here. */
export class Access {
  private readonly anonymous: AnonymousPolicy
  private readonly tokens: Tokens | undefined
  private readonly refused: RefusedTokens | undefined

  /**
   * @param tokens absent where no key is configured: then every token is refused
   * @param refused bounds how many bad tokens are checked; absent for any number
   */
  constructor(anonymous: AnonymousPolicy, tokens?: Tokens, refused?: RefusedTokens) {
    this.anonymous = anonymous
    this.tokens = tokens
    this.refused = refused
  }

  /**
   * @throws CodedError `unauthorized`, `token_expired`, `forbidden_role`, `kiosk_revoked`, `wrong_wall` or `rate_limited`.
   */
  async admit(caller: Caller): Promise<Viewer> {
    const { remoteAddress, token, wall } = caller
    if (token === undefined) return this.admitAnonymous(caller)
    // A token that is no good is not nobody, on this machine neither: its owner would see what others see.
    const { tokens, refused } = this
    if (tokens && refused) return refused.check(remoteAddress, token, () => tokens.viewerOf(token, wall))
    if (tokens) return tokens.viewerOf(token, wall)
    throw new CodedError('unauthorized', 'this server knows no tokens', {
      hint: 'it is told AUTH_JWT_SECRET or AUTH_JWKS_URL for that',
    })
  }

  /** Somebody without a token. @throws CodedError `unauthorized`. */
  admitAnonymous({ remoteAddress, forwarded = false }: Caller): Viewer {
    if (this.anonymous === 'loopback' && !forwarded && isLoopback(remoteAddress)) return anonymousViewer
    throw new CodedError('unauthorized', 'a token is needed here', {
      hint: 'send Authorization: Bearer, or hello.token on the stream; on the machine itself only while no key is configured',
    })
  }
}

import { createHash } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import { CodedError } from '../../platform/errors.ts'
import { networkOf } from '../../platform/http/loopback.ts'
import type { Metrics } from '../../platform/metrics.ts'

/** Addresses and tokens that are remembered at once; beyond, the one heard of longest ago is forgotten. */
const remembered = 5_000

export interface RefusedTokensOptions {
  /** Tokens of one address that may be refused in a minute. */
  readonly perMinute: number
  readonly metrics: Metrics
  readonly wall: Clock
}

interface Bucket {
  left: number
  countedAt: number
}

/**
 * Checks tokens only as long as not too many of the same address were refused: a signature is costly to check, and
 * whoever guesses must not guess for long. A token that was good before is always checked, so that somebody behind the
 * same proxy as a guesser does not lose their wall.
 */
export class RefusedTokens {
  private readonly options: RefusedTokensOptions
  private readonly buckets = new Map<string, Bucket>()
  /** Digests of tokens that were good when they were last seen. */
  private readonly good = new Set<string>()
  private readonly refusals

  constructor(options: RefusedTokensOptions) {
    this.options = options
    this.refusals = options.metrics.counter(
      'tokens_refused',
      'tokens that were refused, by reason; rate_limited ones were not looked at',
      ['reason'],
    )
  }

  /**
   * What the check of the token gives.
   * @throws CodedError `rate_limited` where it is not checked, or what the check throws
   */
  async check<T>(address: string | undefined, token: string, check: () => Promise<T>): Promise<T> {
    const digest = createHash('sha256').update(token).digest('base64')
    const bucket = this.good.has(digest) ? undefined : this.bucketOf(networkOf(address))
    if (bucket && bucket.left < 1) {
      this.refusals.inc({ reason: 'rate_limited' })
      throw new CodedError('rate_limited', 'too many tokens from this address were refused', {
        hint: 'come back in a minute, with a token that holds',
      })
    }
    // Taken before and given back after: of many at once no more are checked than one after the other.
    if (bucket) bucket.left--
    try {
      const checked = await check()
      if (bucket) bucket.left++
      keep(this.good, digest)
      return checked
    } catch (error) {
      const reason = error instanceof CodedError ? error.code : 'internal_error'
      this.refusals.inc({ reason })
      // Keys that cannot be read are no fault of the token.
      if (bucket && (reason === 'keys_unavailable' || reason === 'internal_error')) bucket.left++
      else this.good.delete(digest)
      throw error
    }
  }

  private bucketOf(network: string): Bucket {
    const { perMinute, wall } = this.options
    const now = wall.now()
    const { left, countedAt } = this.buckets.get(network) ?? { left: perMinute, countedAt: now }
    const filled = Math.min(perMinute, left + (Math.max(0, now - countedAt) * perMinute) / 60_000)
    const bucket = this.buckets.get(network) ?? { left: filled, countedAt: now }
    Object.assign(bucket, { left: filled, countedAt: now })
    this.buckets.delete(network)
    this.buckets.set(network, bucket)
    const [oldest] = this.buckets.keys()
    if (this.buckets.size > remembered && oldest !== undefined) this.buckets.delete(oldest)
    return bucket
  }
}

function keep(set: Set<string>, item: string): void {
  set.delete(item)
  set.add(item)
  const [oldest] = set
  if (set.size > remembered && oldest !== undefined) set.delete(oldest)
}

/** Who asks: where the connection comes from and what it shows. */
export interface Caller {
  readonly remoteAddress: string | undefined
  readonly token?: string
}

/** Somebody who may see something. What they may see will be listed here: today everything. */
export interface Viewer {
  readonly name: string
}

export const anonymousPolicies = ['loopback', 'off'] as const
export type AnonymousPolicy = (typeof anonymousPolicies)[number]

/**
 * The one place that decides who may see what: REST and the stream both ask here.
 * There are no tokens yet: anonymous viewers are admitted on loopback, nobody anywhere else.
 */
export class Access {
  private readonly anonymous: AnonymousPolicy

  constructor(anonymous: AnonymousPolicy) {
    this.anonymous = anonymous
  }

  /** The viewer, or undefined for a caller who may see nothing. */
  admit({ remoteAddress }: Caller): Viewer | undefined {
    if (this.anonymous === 'loopback' && isLoopback(remoteAddress)) return { name: 'anonymous' }
    return undefined
  }
}

/** An address or host name of this machine; ports and brackets are understood. */
export function isLoopback(host: string | undefined): boolean {
  if (host === undefined) return false
  const address = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/, '')
  return address === 'localhost' || address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address)
}

/** What somebody may do, besides seeing: operators act on alerts, analysts export, admins do everything. */
export const roles = ['viewer', 'operator', 'analyst', 'admin'] as const
export type Role = (typeof roles)[number]

/** Somebody who was admitted, and what they may see and do. */
export interface Viewer {
  readonly name: string
  /** Codes of regions, each with everything below it. */
  readonly regions: 'all' | readonly string[]
  readonly roles: readonly Role[]
  /** Wall time at which this ends, epoch ms; null for somebody without a token. */
  readonly expiresAt: number | null
  /** A screen rather than a person: it only reads, and only on its own wall. */
  readonly kiosk?: { readonly id: string; readonly wall: string }
}

/** Whoever needs no token: on this machine everybody may see everything, and change nothing. */
export const anonymousViewer: Viewer = {
  name: 'anonymous',
  regions: 'all',
  roles: ['viewer', 'analyst'],
  expiresAt: null,
}

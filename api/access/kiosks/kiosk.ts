import { withAncestors } from '../../../schemas/regions/regions.ts'

/** A screen with a token of its own, as it stands in `access.kiosks`; times are wall time, epoch ms. */
export interface Kiosk {
  readonly kiosk_id: string
  readonly wall: string
  readonly regions: readonly string[]
  readonly created_by: string
  readonly created_at: number
  readonly expires_at: number
  readonly revoked_by: string | null
  readonly revoked_at: number | null
}

export const kioskStates = ['active', 'expired', 'revoked'] as const
export type KioskState = (typeof kioskStates)[number]

export function stateOf({ revoked_at, expires_at }: Kiosk, now: number): KioskState {
  if (revoked_at !== null) return 'revoked'
  return expires_at <= now ? 'expired' : 'active'
}

/** Whether everything that the screen shows lies in the region. */
export function liesIn({ regions }: Kiosk, region: string): boolean {
  return regions.every(code => withAncestors(code).includes(region))
}

import { CodedError } from '../../../platform/errors.ts'
import type { Kiosks } from '../tokens/signed-tokens.ts'
import type { Kiosk } from './kiosk.ts'

/** Every kiosk that a token was given to. What is said again changes nothing, and what was revoked stays so. */
export class KioskBook implements Kiosks {
  private readonly byId = new Map<string, Kiosk>()
  private readonly onRevoked: (id: string) => void

  /** @param onRevoked told once of every kiosk that is revoked, after it is */
  constructor(onRevoked: (id: string) => void) {
    this.onRevoked = onRevoked
  }

  put(kiosk: Kiosk): void {
    const before = this.byId.get(kiosk.kiosk_id)
    if (before && before.revoked_at !== null) return
    this.byId.set(kiosk.kiosk_id, kiosk)
    if (kiosk.revoked_at !== null) this.onRevoked(kiosk.kiosk_id)
  }

  get(id: string): Kiosk | undefined {
    return this.byId.get(id)
  }

  all(): readonly Kiosk[] {
    return [...this.byId.values()]
  }

  requireActive(id: string): void {
    const kiosk = this.byId.get(id)
    if (kiosk?.revoked_at === null) return
    // One that was never given out, or is not known any more, cannot be revoked: it is refused as if it were.
    throw new CodedError('kiosk_revoked', kiosk ? 'this screen was signed out' : 'this screen is not known', {
      hint: 'an admin gives it a new token: POST /v1/kiosks',
    })
  }
}

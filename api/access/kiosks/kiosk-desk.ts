import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../platform/clock.ts'
import { CodedError } from '../../../platform/errors.ts'
import type { Kiosk } from './kiosk.ts'
import type { KioskBook } from './kiosk-book.ts'
import { type KioskKey, kioskToken } from './kiosk-token.ts'

export interface KioskDeskOptions {
  readonly book: KioskBook
  /** Tells every instance. @throws CodedError `kiosks_unavailable`. */
  readonly publish: (kiosk: Kiosk) => Promise<void>
  readonly key: KioskKey
  readonly wall: Clock
}

export interface KioskWish {
  readonly wall: string
  readonly regions: readonly string[]
  readonly days: number
}

const dayMs = 86_400_000

/** Gives out kiosk tokens and takes them back. */
export class KioskDesk {
  private readonly options: KioskDeskOptions

  constructor(options: KioskDeskOptions) {
    this.options = options
  }

  all(): readonly Kiosk[] {
    return this.options.book.all()
  }

  /** The token is handed out once and kept nowhere. @throws CodedError `kiosks_unavailable`. */
  async issue(wish: KioskWish, by: string): Promise<{ readonly kiosk: Kiosk; readonly token: string }> {
    const now = this.options.wall.now()
    const kiosk: Kiosk = {
      kiosk_id: randomUUID(),
      wall: wish.wall,
      regions: wish.regions,
      created_by: by,
      created_at: now,
      // In whole seconds, as tokens say it.
      expires_at: Math.floor(now / 1000) * 1000 + wish.days * dayMs,
      revoked_by: null,
      revoked_at: null,
    }
    const token = await kioskToken(kiosk, this.options.key)
    await this.say(kiosk)
    return { kiosk, token }
  }

  /** @param isShown whether the asker may know of it @throws CodedError `kiosk_not_found`. */
  find(id: string, isShown: (kiosk: Kiosk) => boolean = () => true): Kiosk {
    const kiosk = this.options.book.get(id)
    if (kiosk && isShown(kiosk)) return kiosk
    throw new CodedError('kiosk_not_found', `there is no kiosk ${JSON.stringify(id)}`, {
      hint: 'GET /v1/kiosks lists them',
    })
  }

  /** Once this resolves the token is refused here, and elsewhere as soon as it is heard of there. @throws CodedError `kiosks_unavailable`. */
  async revoke(kiosk: Kiosk, by: string): Promise<void> {
    if (kiosk.revoked_at !== null) return
    await this.say({ ...kiosk, revoked_by: by, revoked_at: this.options.wall.now() })
  }

  private async say(kiosk: Kiosk): Promise<void> {
    const { publish, book } = this.options
    await publish(kiosk)
    // It comes back through the log too; whoever asks next need not wait for that.
    book.put(kiosk)
  }
}

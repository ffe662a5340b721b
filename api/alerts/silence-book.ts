import { silenceProblem } from '../../schemas/alerts/matching/label-matcher.ts'
import type { Silence } from '../../schemas/alerts/silence.ts'
import { withAncestors } from '../../schemas/regions/regions.ts'

export const silenceStates = ['pending', 'active', 'expired', 'cancelled'] as const
export type SilenceState = (typeof silenceStates)[number]

/** @param now event time, epoch ms */
export function silenceStateOf({ cancelled_at, starts_at, ends_at }: Silence, now: number): SilenceState {
  if (cancelled_at !== null) return 'cancelled'
  if (ends_at <= now) return 'expired'
  return starts_at > now ? 'pending' : 'active'
}

/** Whether it mutes anything in the region or below it: one of a region above does too. */
export function concerns({ regions }: Silence, region: string): boolean {
  const above = withAncestors(region)
  return regions.some(code => above.includes(code) || withAncestors(code).includes(region))
}

/** Silences that are over are kept, the last ones to end, up to so many. */
const endedKept = 2_000

/** A silence, and why alerting does not apply it; null where it does. */
export interface KnownSilence extends Silence {
  readonly not_applied: string | null
}

/** Silences and maintenance windows as they stand: of one the last that was said holds. */
export class SilenceBook {
  private readonly byId = new Map<string, KnownSilence>()

  put(silence: Silence): void {
    this.byId.set(silence.silence_id, { ...silence, not_applied: silenceProblem(silence) })
    if (this.byId.size > 2 * endedKept) this.forgetOldest()
  }

  forget(id: string): void {
    this.byId.delete(id)
  }

  get(id: string): KnownSilence | undefined {
    return this.byId.get(id)
  }

  all(): readonly KnownSilence[] {
    return [...this.byId.values()]
  }

  /** Those that hold or will hold. @param now event time, epoch ms */
  running(now: number): readonly KnownSilence[] {
    return this.all().filter(({ ends_at, cancelled_at }) => ends_at > now && cancelled_at === null)
  }

  /** What ends last stays, cancelled or not: the book needs no clock to say what is over. */
  private forgetOldest(): void {
    const all = this.all().toSorted((left, right) => left.ends_at - right.ends_at)
    for (const { silence_id } of all.slice(0, endedKept)) this.byId.delete(silence_id)
  }
}

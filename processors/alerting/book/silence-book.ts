import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { AlertCommand } from '../../../schemas/alerts/alert-command.ts'
import { silenceProblem, silenceTest } from '../../../schemas/alerts/matching/label-matcher.ts'
import type { Silence } from '../../../schemas/alerts/silence.ts'
import { keptMs } from './retention.ts'

interface Held {
  readonly silence: Silence
  readonly speaksOf: ReturnType<typeof silenceTest>
}

/** Silences and maintenance windows, and which of them hold for an alert. */
export class SilenceBook {
  private readonly held = new Map<string, Held>()
  private readonly problems = new Map<string, string>()
  private readonly told = new Map<string, Silence | null>()

  get size(): number {
    return this.held.size
  }

  restore(silence: Silence): void {
    this.held.set(silence.silence_id, { silence, speaksOf: silenceTest(silence) })
    const problem = silenceProblem(silence)
    if (problem !== null) this.problems.set(silence.silence_id, problem)
  }

  /** Silences that are kept and not applied, by id, and why. */
  setAside(): ReadonlyMap<string, string> {
    return this.problems
  }

  get(id: string): Silence | undefined {
    return this.held.get(id)?.silence
  }

  /** Applies a command once. @param now event time, epoch ms */
  apply({ action, silence, by, at }: AlertCommand, now: number): 'applied' | 'repeated' | 'unknown' {
    if (!silence) return 'unknown'
    const known = this.get(silence.silence_id)
    if (action === 'silence') {
      if (known || silence.ends_at + keptMs < now) return 'repeated'
      this.put(silence)
      return 'applied'
    }
    if (!known) return 'unknown'
    if (known.cancelled_at !== null) return 'repeated'
    this.put({ ...known, cancelled_by: by, cancelled_at: at })
    return 'applied'
  }

  /** Those that hold now, by id. */
  active(now: number): readonly Silence[] {
    return [...this.held.values()].map(({ silence }) => silence).filter(silence => isActive(silence, now))
  }

  /** Those that hold for an alert now, the oldest first. */
  activeFor(alert: Pick<Alert, 'region' | 'labels'>, now: number): readonly Silence[] {
    return [...this.held.values()]
      .filter(({ silence, speaksOf }) => isActive(silence, now) && speaksOf(alert))
      .map(({ silence }) => silence)
  }

  /** Forgets those that have been over for long. */
  sweep(now: number): void {
    for (const [id, { silence }] of this.held) {
      if ((silence.cancelled_at ?? silence.ends_at) + keptMs >= now) continue
      this.held.delete(id)
      this.problems.delete(id)
      this.told.set(id, null)
    }
  }

  /** What has changed since; null for what was forgotten. */
  take(): ReadonlyMap<string, Silence | null> {
    const taken = new Map(this.told)
    this.told.clear()
    return taken
  }

  private put(silence: Silence): void {
    this.restore(silence)
    this.told.set(silence.silence_id, silence)
  }
}

function isActive({ starts_at, ends_at, cancelled_at }: Silence, now: number): boolean {
  return cancelled_at === null && starts_at <= now && now < ends_at
}

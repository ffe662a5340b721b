import type { Below } from '../../schemas/clickhouse/census/census-sources.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'
import type { RegionalMessage } from '../regional/regional-message.ts'
import {
  type AgendaOptions,
  type Arrivals,
  type Batch,
  CensusAgenda,
  type KnownWindows,
} from './census-agenda.ts'
import { type CensusWindow, censusMessages, type StoredRegion } from './census-messages.ts'
import type { CensusByWindow } from './census-query.ts'
import { belowReaches, type LogPosition, leastOf, positionReaches } from './log-position.ts'

type Offsets = ReadonlyMap<number, number>

/** What a census asks of Kafka and ClickHouse, and how it answers. */
export interface CensusPorts {
  /** Everything below is stored. Only grows. */
  stored(): Promise<LogPosition>
  /** Where the topics end now. */
  ends(): Promise<LogPosition>
  /** Where kpi.regional ends now. */
  regionalEnd(): Promise<Offsets>
  /** Whether kpi.regional is stored up to there. */
  regionalStored(end: Offsets): Promise<boolean>
  knownWindows(oldest: number): Promise<KnownWindows>
  arrivals(from: Below, to: Below, before: number, oldest: number): Promise<readonly Arrivals[]>
  /** Of the readings below. */
  census(windows: readonly CensusWindow[], below: Below): Promise<CensusByWindow>
  storedRegions(
    windows: readonly CensusWindow[],
  ): Promise<ReadonlyMap<number, ReadonlyMap<string, StoredRegion>>>
  publish(messages: readonly RegionalMessage[]): Promise<void>
  /** Epoch ms. */
  now(): number
}

/** What one look came to. */
export interface Look {
  /** `waiting` for the archive, `idle` until the next window ends or something arrives. */
  readonly outcome: 'computed' | 'waiting' | 'idle'
  readonly batch?: Batch
  /** Messages published. */
  readonly revisions: number
  /** Messages that came after their window was computed, and those of windows that are not computed again. */
  readonly late: number
  readonly tooLate: number
  /** Windows that ended too long ago to be made up for. */
  readonly leftOut: number
}

const nothing: Look = { outcome: 'idle', revisions: 0, late: 0, tooLate: 0, leftOut: 0 }

/**
 * One census, a step at a time. What it says of a window is a function of the position in the log that is its version,
 * so whoever says it and when does not matter: two at once, or one that slept, change no value.
 */
export class CensusCycle {
  private readonly census: CensusId
  private readonly ports: CensusPorts
  private readonly agenda: CensusAgenda
  /** Arrivals below were noticed. */
  private seen: Below
  /** Windows up to `end` may be computed once the archive has stored what was sent before `at`. */
  private gate: { readonly end: number; readonly at: LogPosition } | undefined
  /** What has to be stored before the last revisions of windows up to `newest` are known. */
  private said: { readonly newest: number; readonly end: Offsets } | undefined
  /** What was computed last. */
  private last: Batch['kind'] = 'older'

  private constructor(census: CensusId, ports: CensusPorts, agenda: CensusAgenda, seen: Below) {
    this.census = census
    this.ports = ports
    this.agenda = agenda
    this.seen = seen
  }

  /**
   * Finds out where the census stands. Call once everything said in kpi.regional by `now` (epoch ms) is stored: a
   * census that was never taken begins with the newest window that had ended by then.
   */
  static async begin(
    census: CensusId,
    ports: CensusPorts,
    options: AgendaOptions,
    now: number,
  ): Promise<CensusCycle> {
    const oldest = Math.floor(now / options.sizeMs - options.windowsKept) * options.sizeMs
    const { below } = await ports.stored()
    const known = await ports.knownWindows(oldest)
    const included = [...known.windows.values()]
    const seen = included.length > 0 ? leastOf(census, included) : below
    return new CensusCycle(census, ports, new CensusAgenda(options, known, now), seen)
  }

  /** Windows that wait to be computed, for the first time and again. */
  get waiting(): { readonly missing: number; readonly late: number } {
    return this.agenda.waiting
  }

  /** End of the next window to become due, epoch ms. */
  get nextDue(): number {
    return this.agenda.nextDue
  }

  /** @param now epoch ms: a window is due when it has ended by then */
  async look(now: number): Promise<Look> {
    const position = await this.ports.stored()
    const news = await this.notice(position.below, now)
    const leftOut = await this.openDue(position, now)
    const look = { ...nothing, ...news, leftOut }
    const batch = await this.choose(now)
    if (!batch) return { ...look, outcome: this.agenda.isIdle(now) ? 'idle' : 'waiting' }
    const revisions = await this.compute(batch, position)
    return { ...look, outcome: 'computed', batch, revisions }
  }

  /** The newest window first; but where it takes longer than until the next one, the older ones get their turn too. */
  private async choose(now: number): Promise<Batch | null> {
    const { newest } = this.agenda
    if (newest && this.last !== 'newest') return newest
    return (await this.olderKnown(now)) ?? newest
  }

  /** Windows that may have been told before, once their last revisions are known. */
  private async olderKnown(now: number): Promise<Batch | null> {
    // Those that became due after it asked have to wait for their own turn.
    let batch = this.said ? this.agenda.older(now, this.said.newest) : null
    if (!batch) {
      batch = this.agenda.older(now)
      const last = batch?.windows.at(-1)
      this.said = last && { newest: last.start, end: await this.ports.regionalEnd() }
    }
    return this.said && (await this.ports.regionalStored(this.said.end)) ? batch : null
  }

  private async notice(below: Below, now: number): Promise<{ late: number; tooLate: number }> {
    if (belowReaches(this.seen, below)) return { late: 0, tooLate: 0 }
    const { horizon, oldest } = this.agenda
    const arrivals = await this.ports.arrivals(this.seen, below, horizon, oldest)
    this.seen = below
    return this.agenda.notice(arrivals, now)
  }

  /**
   * A window is computed once everything that was in the log when it became due is stored. What was sent by then
   * is included; what comes later is late.
   */
  private async openDue(position: LogPosition, now: number): Promise<number> {
    const end = this.agenda.due(now)
    if (!this.gate && end !== null) this.gate = { end, at: await this.ports.ends() }
    if (!this.gate || !positionReaches(position, this.gate.at)) return 0
    const leftOut = this.agenda.open(this.gate.end)
    this.gate = undefined
    return leftOut
  }

  private async compute({ kind, windows }: Batch, position: LogPosition): Promise<number> {
    const { census, ports } = this
    const found = await ports.census(windows, position.below)
    const stored = await ports.storedRegions(windows)
    const messages = windows.flatMap(window =>
      censusMessages({
        census,
        window,
        counties: found.get(window.start) ?? new Map(),
        position,
        stored: stored.get(window.start) ?? new Map(),
        computedAt: ports.now(),
      }),
    )
    await ports.publish(messages)
    this.agenda.done(windows, position.below)
    this.last = kind
    if (kind === 'older') this.said = undefined
    return messages.length
  }
}

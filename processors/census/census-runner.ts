import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../platform/clock.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import { censusSources } from '../../schemas/clickhouse/census/census-sources.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'
import type { AgendaOptions } from './census-agenda.ts'
import { CensusCycle, type CensusPorts, type Look } from './census-cycle.ts'
import type { CensusMetrics } from './census-metrics.ts'

export interface CensusRunnerOptions {
  readonly ports: CensusPorts
  readonly agenda: AgendaOptions
  readonly clock: Clock
  /** Event time per wall time. */
  readonly clockSpeed: number
  readonly log: Log
  readonly metrics: CensusMetrics
  /** Aborted when the runner stops. */
  readonly stopping: AbortController
  readonly fail: (error: unknown) => void
}

/** Wall time for the last readings of a window to reach Kafka, ms. */
const graceMs = 2_000
/** How often it looks for late readings, ms of wall time. */
const lookEveryMs = 1_000
/** How often it asks whether the archive has got there, ms of wall time. */
const pollMs = 500

/** Keeps one census up to date. Two of them do no harm. */
export class CensusRunner implements Resource {
  readonly name: string
  private readonly census: CensusId
  private readonly options: CensusRunnerOptions
  /** Since when it waits for the archive, epoch ms; absent while it does not. */
  private waitingSince: number | undefined
  private running: Promise<void> | undefined

  constructor(census: CensusId, options: CensusRunnerOptions) {
    this.census = census
    this.options = options
    this.name = census
  }

  async start(): Promise<void> {
    const { stopping, fail } = this.options
    this.running ??= this.loop().catch(error => {
      if (!stopping.signal.aborted) fail(error)
    })
  }

  async stop(): Promise<void> {
    this.options.stopping.abort(new Error('stopping'))
    await this.running
  }

  private async loop(): Promise<void> {
    const { ports, agenda, stopping } = this.options
    const { signal } = stopping
    // Before it asks: what another instance says from now on is of this window or a later one, or of one that is known.
    const since = this.settledNow()
    const said = await ports.regionalEnd()
    while (!(await ports.regionalStored(said))) {
      this.tellWaiting(true)
      await sleep(pollMs, undefined, { signal })
    }
    const cycle = await CensusCycle.begin(this.census, ports, agenda, since)
    while (!signal.aborted) {
      const look = await cycle.look(this.settledNow())
      this.tell(look, cycle)
      await sleep(this.pauseAfter(look, cycle), undefined, { signal })
    }
  }

  private pauseAfter({ outcome }: Look, cycle: CensusCycle): number {
    if (outcome === 'computed') return 0
    if (outcome === 'waiting') return pollMs
    const untilDueMs = Math.max(10, (cycle.nextDue - this.settledNow()) / this.options.clockSpeed)
    return censusSources[this.census].length === 0 ? untilDueMs : Math.min(lookEveryMs, untilDueMs)
  }

  private tellWaiting(isWaiting: boolean): void {
    const { clock, clockSpeed, metrics } = this.options
    this.waitingSince = isWaiting ? (this.waitingSince ?? clock.now()) : undefined
    const seconds = (clock.now() - (this.waitingSince ?? clock.now())) / clockSpeed / 1000
    metrics.archiveWait.set({ census: this.census }, seconds)
  }

  private tell({ outcome, batch, revisions, late, tooLate, leftOut }: Look, { waiting }: CensusCycle): void {
    const { census } = this
    const { metrics, log } = this.options
    this.tellWaiting(outcome === 'waiting')
    metrics.waiting.set({ census, why: 'ended' }, waiting.missing)
    metrics.waiting.set({ census, why: 'late' }, waiting.late)
    metrics.late.inc({ census }, late)
    if (tooLate > 0) {
      metrics.tooLate.inc({ census }, tooLate)
      log.warn({ census, messages: tooLate }, 'too late: their first windows stay as they are')
    }
    if (leftOut > 0) {
      metrics.windows.inc({ census, outcome: 'left_out' }, leftOut)
      log.warn({ census, windows: leftOut }, 'windows left out: they ended too long ago')
    }
    if (!batch) return
    metrics.windows.inc({ census, outcome: 'computed' }, batch.windows.length)
    metrics.revisions.inc({ census }, revisions)
    if (batch.kind === 'older') {
      log.info({ census, windows: batch.windows.length, revisions, ...waiting }, 'computed older windows')
    }
  }

  private settledNow(): number {
    const { clock, clockSpeed } = this.options
    return clock.now() - graceMs * clockSpeed
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { retryWhileAway } from '../../platform/clickhouse/retry-while-away.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { type CensusId, censusIds } from '../../schemas/kpis/kpi.ts'
import type { Publisher } from '../publish/publisher.ts'
import { type CensusWindow, censusMessages, strangeCounties } from './census-messages.ts'
import { queryCensus } from './census-query.ts'
import { dueWindows, newestEnded } from './census-schedule.ts'

export interface CensusRunnerOptions {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly publisher: Publisher
  /** ms of event time. */
  readonly sizeMs: number
  readonly clock: Clock
  /** Event time per wall time. */
  readonly clockSpeed: number
  readonly log: Log
  readonly metrics: Metrics
  readonly fail: (error: unknown) => void
}

/** Wall time for the last readings of a window to reach ClickHouse, ms. */
const graceMs = 2_000
/** How often it looks at the clock at most, ms of wall time. */
const longestSleepMs = 1_000

/** Runs every census for every window that has ended, the newest one first when it starts. Two of them do no harm. */
export class CensusRunner implements Resource {
  readonly name = 'census runner'
  private readonly options: CensusRunnerOptions
  private readonly stopping = new AbortController()
  private readonly metrics
  private running: Promise<void> | undefined

  constructor(options: CensusRunnerOptions) {
    this.options = options
    const { metrics } = options
    this.metrics = {
      windows: metrics.counter('windows', 'Windows by what became of them', ['census', 'outcome']),
      seconds: metrics.histogram(
        'query_seconds',
        'Time of a census query',
        [0.01, 0.05, 0.1, 0.5, 1, 5, 30],
        ['census'],
      ),
      strange: metrics.counter('unknown_county', 'Counties in a result that do not exist', ['census']),
    }
  }

  async start(): Promise<void> {
    this.running ??= this.loop().catch(error => {
      if (!this.stopping.signal.aborted) this.options.fail(error)
    })
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'))
    await this.running
  }

  private async loop(): Promise<void> {
    const { sizeMs, clockSpeed } = this.options
    const { signal } = this.stopping
    let next = newestEnded(this.settledNow(), sizeMs)
    for (;;) {
      for (const window of dueWindows(next, this.settledNow(), sizeMs)) {
        for (const census of censusIds) await this.run(census, window)
        next = window.end
      }
      const untilDueMs = (next + sizeMs - this.settledNow()) / clockSpeed
      await sleep(Math.min(longestSleepMs, Math.max(10, untilDueMs)), undefined, { signal })
    }
  }

  /** Runs one census and publishes it; waits while ClickHouse is away, so no window is left out. */
  private async run(census: CensusId, window: CensusWindow): Promise<void> {
    const { clickhouse, database, publisher, clock, log } = this.options
    const seconds = this.metrics.seconds.startTimer({ census })
    const byCounty = await retryWhileAway(() => queryCensus(clickhouse, database, census, window.end), {
      what: census,
      log,
      signal: this.stopping.signal,
      onWait: failure => this.metrics.windows.inc({ census, outcome: failure }),
    })
    seconds()
    const strange = strangeCounties(byCounty)
    if (strange.length > 0) {
      this.metrics.strange.inc({ census }, strange.length)
      log.warn({ census, counties: strange }, 'assets or readings of counties that do not exist')
    }
    await publisher.publish({ regional: censusMessages(census, window, byCounty, clock.now()) })
    this.metrics.windows.inc({ census, outcome: 'published' })
  }

  private settledNow(): number {
    const { clock, clockSpeed } = this.options
    return clock.now() - graceMs * clockSpeed
  }
}

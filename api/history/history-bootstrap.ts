import { setTimeout } from 'node:timers/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Clock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { CellTable } from '../cells/cell-table.ts'
import { newestWindows } from './newest-windows.ts'

const lookBackMs = 24 * 3_600_000
const attemptMs = 10_000
const firstPauseMs = 1_000
const longestPauseMs = 30_000

export interface HistoryBootstrapOptions {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly table: CellTable
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
}

/**
 * Fills the table with the newest stored windows. When ClickHouse is away at the start, what is live is served alone,
 * `loaded` says so, and it is tried again until it succeeds.
 */
export class HistoryBootstrap implements Resource {
  readonly name = 'history'
  private readonly options: HistoryBootstrapOptions
  private readonly stopped = new AbortController()
  private readonly gauge
  private done = false
  private retrying: Promise<void> | undefined

  constructor(options: HistoryBootstrapOptions) {
    this.options = options
    this.gauge = options.metrics.gauge('history_loaded', '1 when the newest stored windows were read, else 0')
    this.gauge.set(0)
  }

  get loaded(): boolean {
    return this.done
  }

  async start(): Promise<void> {
    if (await this.attempt()) return
    this.retrying = this.retry()
  }

  async stop(): Promise<void> {
    this.stopped.abort()
    await this.retrying
  }

  private async retry(): Promise<void> {
    for (
      let pause = firstPauseMs;
      !this.stopped.signal.aborted;
      pause = Math.min(2 * pause, longestPauseMs)
    ) {
      await this.pause(pause)
      if (this.stopped.signal.aborted || (await this.attempt())) return
    }
  }

  private async pause(ms: number): Promise<void> {
    try {
      await setTimeout(ms, undefined, { signal: this.stopped.signal })
    } catch (error) {
      if (!this.stopped.signal.aborted) throw error
    }
  }

  private async attempt(): Promise<boolean> {
    const { clickhouse, database, table, clock, log } = this.options
    try {
      const windows = await newestWindows({
        clickhouse,
        database,
        space: table.space,
        sinceMs: clock.now() - lookBackMs,
        signal: AbortSignal.any([this.stopped.signal, AbortSignal.timeout(attemptMs)]),
      })
      for (const window of windows) table.put(window)
      this.done = true
      this.gauge.set(1)
      log.info({ windows: windows.length }, 'read the newest stored windows')
      return true
    } catch (error) {
      if (!this.stopped.signal.aborted) {
        log.warn({ reason: messageOf(error) }, 'no history from ClickHouse yet; serving what is live')
      }
      return false
    }
  }
}

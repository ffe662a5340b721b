import { clickhouseClient, type clickhouseSettings } from '../clickhouse/clickhouse-client.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Readiness } from './readiness.ts'
import type { readySettings } from './ready-settings.ts'
import { StoreProbe } from './store-probe.ts'

export interface ClickHouseProbeOptions {
  readonly config: Config<typeof clickhouseSettings & typeof readySettings>
  readonly readiness: Readiness
  /** Wall time. */
  readonly clock: Clock
}

/**
 * Whether ClickHouse answers: its own ping, which waits for no query. The client is the probe's own, so that long queries
 * of the process do not keep every connection from it.
 */
export function clickhouseProbe({ config, readiness, clock }: ClickHouseProbeOptions): StoreProbe {
  const clickhouse = clickhouseClient(config)
  return new StoreProbe({
    store: 'clickhouse',
    async ask(signal) {
      const answer = await clickhouse.ping({ select: false, abort_signal: signal })
      if (!answer.success) throw answer.error
    },
    close: () => clickhouse.close(),
    limitMs: config.readyAnswerMs,
    readiness,
    clock,
  })
}

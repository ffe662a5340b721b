import type { ClickHouseClient } from '@clickhouse/client'
import { retryWhileAway } from '../../platform/clickhouse/retry-while-away.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logs } from '../../platform/epochs/open-log.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import type { Log } from '../../platform/log.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'
import type { Publisher } from '../publish/publisher.ts'
import { ArchivePositions } from './archive-positions.ts'
import { readArrivals } from './arrivals.ts'
import type { CensusPorts } from './census-cycle.ts'
import { strangeCounties } from './census-messages.ts'
import type { CensusMetrics } from './census-metrics.ts'
import { type CensusByWindow, queryCensus } from './census-query.ts'
import { readKnownWindows, readStoredRegions } from './stored-census.ts'

export interface CensusPortsOptions {
  readonly admin: OffsetsAdmin
  readonly logs: Logs
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly publisher: Publisher
  readonly sizeMs: number
  readonly clock: Clock
  readonly log: Log
  readonly metrics: CensusMetrics
  /** Ends the waiting for what is away. */
  readonly signal: AbortSignal
}

/** Kafka and ClickHouse behind a census. Whatever is away is waited for. */
export function censusPorts(census: CensusId, options: CensusPortsOptions): CensusPorts {
  const { admin, logs, clickhouse, database, publisher, sizeMs, clock, log, metrics, signal } = options
  const positions = new ArchivePositions({ admin, logs, clickhouse, database }, census)
  const where = { clickhouse, database, census, sizeMs }
  const patiently = <T>(ask: () => Promise<T>): Promise<T> =>
    retryWhileAway(ask, {
      what: census,
      log,
      signal,
      onWait: failure => metrics.windows.inc({ census, outcome: failure }),
    })
  const warnOfStrange = (found: CensusByWindow): void => {
    const strange = new Set([...found.values()].flatMap(strangeCounties))
    if (strange.size === 0) return
    metrics.strange.inc({ census }, strange.size)
    log.warn({ census, counties: [...strange] }, 'assets or readings of counties that do not exist')
  }
  return {
    stored: () => patiently(() => positions.stored()),
    ends: () => patiently(() => positions.ends()),
    regionalEnd: () => patiently(() => positions.regionalEnd()),
    regionalStored: end => patiently(() => positions.regionalStored(end)),
    knownWindows: oldest => patiently(() => readKnownWindows(where, oldest)),
    arrivals: (from, to, before, oldest) =>
      patiently(() => readArrivals({ ...where, from, to, before, oldest })),
    async census(windows, below) {
      const seconds = metrics.seconds.startTimer({ census })
      const found = await patiently(() => queryCensus({ ...where, windows, below }))
      seconds()
      warnOfStrange(found)
      return found
    },
    storedRegions: windows => patiently(() => readStoredRegions(where, windows)),
    publish: regional => publisher.publish({ regional }),
    now: () => clock.now(),
  }
}

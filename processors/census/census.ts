import { MigratedDatabase } from '../../platform/clickhouse/migrated-database.ts'
import { LastingAdmin } from '../../platform/kafka/lasting-admin.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import { censusIds } from '../../schemas/kpis/kpi.ts'
import type { ProcessorContext } from '../context.ts'
import { Publisher } from '../publish/publisher.ts'
import { storedCheck } from '../same-sizes.ts'
import { censusMetrics } from './census-metrics.ts'
import { censusPorts } from './census-ports.ts'
import { CensusRunner } from './census-runner.ts'
import { readCensusSize, requireCensusSize } from './stored-census.ts'

/** Late readings are gathered for this long before windows are computed again, ms of wall time. */
const settleMs = 5_000
/** Older windows of one query: it takes hardly longer than for one, and the newest window waits no longer than that. */
const windowsAtOnce = 60

/** KPIs that need long state: SQL over the stored readings and assets, once per census window. */
export function census(context: ProcessorContext): readonly Resource[] {
  const { kafka, logs, registry, clickhouse, database, clock, clockSpeed, log, fail, config } = context
  const admin = new LastingAdmin(kafka)
  const publisher = new Publisher(kafka, registry)
  const metrics = censusMetrics(context.metrics)
  const sizeMs = config.censusWindow
  const agenda = {
    sizeMs,
    windowsKept: config.censusCorrectWindows,
    settleMs: settleMs * clockSpeed,
    windowsAtOnce,
  }
  const runners = censusIds.map(id => {
    const stopping = new AbortController()
    const { signal } = stopping
    const ports = censusPorts(id, {
      admin,
      logs,
      clickhouse,
      database,
      publisher,
      sizeMs,
      clock,
      log,
      metrics,
      signal,
    })
    return new CensusRunner(id, { ports, agenda, clock, clockSpeed, log, metrics, stopping, fail })
  })
  return [
    new MigratedDatabase({ clickhouse, database, log }),
    storedCheck(config, log, async (...store) => {
      for (const id of censusIds) requireCensusSize(id, await readCensusSize(id, ...store), sizeMs)
    }),
    publisher,
    { name: 'admin', start: () => admin.connect(), stop: () => admin.disconnect() },
    ...runners,
  ]
}

import { MigratedDatabase } from '../../platform/clickhouse/migrated-database.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { ProcessorContext } from '../context.ts'
import { Publisher } from '../publish/publisher.ts'
import { CensusRunner } from './census-runner.ts'

/** KPIs that need long state: SQL over the stored readings and assets, once per census window. */
export function census(context: ProcessorContext): readonly Resource[] {
  const { kafka, registry, clickhouse, database, clock, clockSpeed, log, metrics, fail, config } = context
  const publisher = new Publisher(kafka, registry)
  const sizeMs = config.censusWindow
  return [
    new MigratedDatabase({ clickhouse, database, log }),
    publisher,
    new CensusRunner({
      clickhouse,
      database,
      publisher,
      sizeMs,
      clock,
      clockSpeed,
      log,
      metrics,
      fail,
    }),
  ]
}

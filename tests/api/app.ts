import type { FastifyInstance } from 'fastify'
import { Access, type AnonymousPolicy } from '../../api/access/access.ts'
import type { CellTable } from '../../api/cells/cell-table.ts'
import { RecordHealthTable } from '../../api/cells/record-health.ts'
import { routes } from '../../api/rest/routes.ts'
import { httpApp } from '../../api/server/http-app.ts'
import { clickhouseClient, clickhouseSettings } from '../../platform/clickhouse/clickhouse-client.ts'
import { ManualClock } from '../../platform/clock.ts'
import { readConfig } from '../../platform/config.ts'
import { createLog } from '../../platform/log.ts'
import { Metrics } from '../../platform/metrics.ts'
import { emptyTable, noon } from './cells/windows.ts'

export interface AppOptions {
  readonly table?: CellTable
  readonly anonymous?: AnonymousPolicy
  readonly wallboardDir?: string
  readonly metrics?: Metrics
  readonly onRoute?: (method: string | readonly string[], url: string) => void
}

/** The HTTP side without a broker, and with a ClickHouse that is away. */
export function app(options: AppOptions = {}): Promise<FastifyInstance> {
  const log = createLog('api', 'silent')
  return httpApp({
    access: new Access(options.anonymous ?? 'loopback'),
    log,
    metrics: options.metrics ?? new Metrics('api'),
    wallboardDir: options.wallboardDir ?? '/nonexistent',
    routes: api => {
      api.addHook('onRoute', ({ method, url }) => options.onRoute?.(method, url))
      routes(api, {
        table: options.table ?? emptyTable(),
        live: new RecordHealthTable('370000'),
        clickhouse: clickhouseClient(
          readConfig(clickhouseSettings, { CLICKHOUSE_URL: 'http://127.0.0.1:1' }),
        ),
        database: 'citybrain',
        historyLoaded: () => false,
        clock: new ManualClock(noon),
        log,
      })
    },
  })
}

import type { FastifyInstance, RouteOptions } from 'fastify'
import { Access, type AnonymousPolicy, type Tokens } from '../../api/access/access.ts'
import type { KioskDesk } from '../../api/access/kiosks/kiosk-desk.ts'
import { AlertBook } from '../../api/alerts/alert-book.ts'
import { AlertDesk } from '../../api/alerts/alert-desk.ts'
import { RuleBook } from '../../api/alerts/rule-book.ts'
import { SilenceBook } from '../../api/alerts/silence-book.ts'
import type { CellTable } from '../../api/cells/cell-table.ts'
import { RecordHealthTable } from '../../api/cells/record-health.ts'
import { Exports, type ExportsOptions } from '../../api/exports/exports.ts'
import type { DiskReport } from '../../api/rest/disk-report.ts'
import { routes } from '../../api/rest/routes.ts'
import { httpApp } from '../../api/server/http-app.ts'
import { clickhouseClient, clickhouseSettings } from '../../platform/clickhouse/clickhouse-client.ts'
import { ManualClock } from '../../platform/clock.ts'
import { readConfig } from '../../platform/config.ts'
import { HttpServers } from '../../platform/http/http-servers.ts'
import { createLog } from '../../platform/log.ts'
import { Metrics } from '../../platform/metrics.ts'
import type { AlertCommand } from '../../schemas/alerts/alert-command.ts'
import { emptyTable, noon } from './cells/windows.ts'

export interface AppOptions {
  readonly table?: CellTable
  readonly anonymous?: AnonymousPolicy
  /** Without them every token is refused. */
  readonly tokens?: Tokens
  readonly kiosks?: KioskDesk
  readonly desk?: AlertDesk
  readonly wallboardDir?: string
  readonly metrics?: Metrics
  readonly requestsPerMinute?: number
  readonly allowedHosts?: readonly string[]
  /** Stored values are read here; without it ClickHouse is away. */
  readonly stored?: { readonly clickhouseUrl: string; readonly database: string }
  readonly historyTimeoutMs?: number
  /** Without it the disk of the data is not seen. */
  readonly disk?: () => Promise<DiskReport>
  readonly exports?: Partial<Pick<ExportsOptions, 'running' | 'maxRows' | 'longestMs'>>
  readonly onRoute?: (route: RouteOptions) => void
}

/** A desk of which nothing was told yet, at noon. @param commands what was asked for is put here */
export function emptyDesk(commands: AlertCommand[] = []): AlertDesk {
  return new AlertDesk({
    alerts: new AlertBook(),
    silences: new SilenceBook(),
    rules: new RuleBook(),
    publish: async command => void commands.push(command),
    clock: new ManualClock(noon),
  })
}

/** The HTTP side without a broker. */
export function app(options: AppOptions = {}): Promise<FastifyInstance> {
  const log = createLog('api', 'silent')
  const metrics = options.metrics ?? new Metrics('api')
  return httpApp({
    servers: new HttpServers(options.allowedHosts ?? [], metrics),
    host: '127.0.0.1',
    maxConnections: 2_000,
    access: new Access(options.anonymous ?? 'loopback', options.tokens),
    log,
    metrics,
    anonymous: options.anonymous ?? 'loopback',
    wallboardDir: options.wallboardDir ?? '/nonexistent',
    requestsPerMinute: options.requestsPerMinute ?? 1_000,
    routes: api => {
      api.addHook('onRoute', route => options.onRoute?.(route))
      routes(api, {
        table: options.table ?? emptyTable(),
        live: new RecordHealthTable('370000'),
        clickhouse: clickhouseClient(
          readConfig(clickhouseSettings, {
            CLICKHOUSE_PASSWORD: process.env.CLICKHOUSE_PASSWORD,
            CLICKHOUSE_URL: options.stored?.clickhouseUrl ?? 'http://127.0.0.1:1',
          }),
        ),
        database: options.stored?.database ?? 'citybrain',
        historyTimeoutMs: options.historyTimeoutMs ?? 5_000,
        historyLoaded: () => false,
        kiosks: options.kiosks,
        desk: options.desk ?? emptyDesk(),
        disk: options.disk ?? (async () => null),
        exports: new Exports({
          running: 4,
          maxRows: 1_000_000,
          longestMs: 60_000,
          metrics,
          log,
          clock: new ManualClock(noon),
          ...options.exports,
        }),
        clock: new ManualClock(noon),
        log,
      })
    },
  })
}

import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { reachableRegistry } from '../platform/avro/reachable-registry.ts'
import { SchemaRegistry } from '../platform/avro/schema-registry.ts'
import { clickhouseClient } from '../platform/clickhouse/clickhouse-client.ts'
import { wallClock } from '../platform/clock.ts'
import { LogEpochs } from '../platform/epochs/log-epochs.ts'
import { ensureTopics } from '../platform/kafka/ensure-topics.ts'
import { askingClient, kafkaClient } from '../platform/kafka/kafka-client.ts'
import { together } from '../platform/lifecycle.ts'
import { runPart } from '../platform/part.ts'
import { clickhouseProbe } from '../platform/ready/clickhouse-probe.ts'
import { kafkaProbe } from '../platform/ready/kafka-probe.ts'
import { LagWatch } from '../platform/ready/log-lag.ts'
import { urlHostOf } from '../platform/url-host.ts'
import { kpis } from '../schemas/kpis/kpis.ts'
import { regions } from '../schemas/regions/regions.ts'
import { topicNames } from '../schemas/topics.ts'
import { signIn } from './access/sign-in.ts'
import { openDesk } from './alerts/open-desk.ts'
import { CellSpace } from './cells/cell-space.ts'
import { CellTable } from './cells/cell-table.ts'
import { RecordHealthTable } from './cells/record-health.ts'
import { RegionalFollower } from './cells/regional-follower.ts'
import { Exports } from './exports/exports.ts'
import { HistoryBootstrap } from './history/history-bootstrap.ts'
import { diskReports } from './rest/disk-report.ts'
import { routes } from './rest/routes.ts'
import { httpApp } from './server/http-app.ts'
import { apiSettings } from './settings.ts'
import { Conversation } from './stream/conversation.ts'
import { StreamHub } from './stream/stream-hub.ts'
import { streamLimits } from './stream/stream-limits.ts'
import { StreamMetrics } from './stream/stream-metrics.ts'
import { StreamServer } from './stream/stream-server.ts'

const province = '370000'
/** What it knows of these is gone when they are other logs. */
const { regional, alerts, silences, alertRules, kiosks: kioskTopic } = topicNames
const followedTopics = [regional, alerts, silences, alertRules, kioskTopic]

await runPart({
  name: 'api',
  settings: apiSettings,
  build: async ({ config, log, metrics, clock, servers, readiness, fail }) => {
    const kafka = kafkaClient(config, 'citybrain-api', log, { metrics })
    const registry = new SchemaRegistry(config.schemaRegistryUrl)
    const clickhouse = clickhouseClient(config)
    const database = config.clickhouseDatabase

    const logs = new LogEpochs({ kafka, registry, topics: followedTopics, log, fail })
    const table = new CellTable(new CellSpace(regions, kpis))
    const live = new RecordHealthTable(province)
    const outcomes = metrics.counter('regional_windows', 'windows of kpi.regional, by outcome', ['outcome'])
    const history = new HistoryBootstrap({ clickhouse, database, table, clock, log, metrics })
    const follower = new RegionalFollower({
      kafka,
      registry,
      log,
      metrics,
      lookBackMs: config.lookBackMs,
      onBegin: offset => table.beginAt(offset),
      onMessage: (message, offset) => {
        outcomes.inc({ outcome: table.put(message, offset) })
        live.put(message)
      },
      onPosition: position => table.advanceTo(position),
    })

    const { desk, followers, commands } = openDesk({ kafka, registry, log, metrics, clock })
    const { access, anonymous, kiosks, resources } = signIn({
      config,
      kafka,
      registry,
      log,
      metrics,
      wall: wallClock,
      onRevoked: id => hub.closeKiosk(id),
    })
    const app = await httpApp({
      servers,
      host: config.host,
      // Every stream is one, and those that ask have some each.
      maxConnections: config.maxClients + 1_000,
      access,
      log,
      metrics,
      anonymous,
      requestsPerMinute: config.requestsPerMinute,
      wallboardDir: join(import.meta.dirname, 'wallboard/dist'),
      routes: api =>
        routes(api, {
          table,
          live,
          clickhouse,
          database,
          historyTimeoutMs: config.historyTimeoutMs,
          exports: new Exports({
            running: config.exportsRunning,
            maxRows: config.exportMaxRows,
            longestMs: config.exportTimeoutMs,
            metrics,
            log,
            clock: wallClock,
          }),
          historyLoaded: () => history.loaded,
          disk: diskReports(config.diskDir, config, log),
          kiosks,
          desk,
          clock,
          log,
        }),
    })
    const limits = streamLimits(config)
    const hub = new StreamHub({
      table,
      alerts: desk.alerts,
      metrics: new StreamMetrics(metrics),
      limits,
      clock,
      wall: wallClock,
    })
    const conversation = new Conversation({
      table,
      access,
      limits,
      logId: () => logs.of(topicNames.regional).log,
      clock,
      clockSpeed: config.clockSpeed,
      wall: wallClock,
      log,
    })
    return [
      kafkaProbe({ config, kafka: askingClient(config, 'citybrain-probe'), readiness, clock: wallClock }),
      clickhouseProbe({ config, readiness, clock: wallClock }),
      reachableRegistry(registry, log),
      { name: 'topics', start: () => ensureTopics(kafka), stop: async () => undefined },
      logs,
      new LagWatch({
        kafka: askingClient(config, 'citybrain-lag'),
        readers: [follower, ...resources, ...followers],
        limit: config.readyMaxLag,
        readiness,
        clock: wallClock,
        log,
      }),
      { name: 'clickhouse', start: async () => undefined, stop: () => clickhouse.close() },
      // Each of them waits more than it works: one after the other they would take four times as long.
      together('history, values, alerts and kiosks', [history, follower, ...resources, ...followers]),
      commands,
      {
        name: 'http',
        start: async () => {
          await app.listen({ host: config.host, port: config.port })
          const { port } = app.server.address() as AddressInfo
          log.info({ url: `http://${urlHostOf(config.host)}:${port}`, host: config.host }, 'serving')
        },
        stop: () => app.close(),
      },
      new StreamServer({
        server: app.server,
        hub,
        conversation,
        maxClients: config.maxClients,
        maxClientsPerAddress: config.maxClientsPerAddress,
        tickMs: config.tickMs,
        probeMs: config.heartbeatMs,
        log,
      }),
    ]
  },
})

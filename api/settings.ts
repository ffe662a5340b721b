import { Type } from 'typebox'
import { registrySettings } from '../platform/avro/schema-registry.ts'
import { clickhouseSettings } from '../platform/clickhouse/clickhouse-client.ts'
import { setting } from '../platform/config.ts'
import { diskSettings } from '../platform/disk-space.ts'
import { kafkaSettings } from '../platform/kafka/kafka-client.ts'
import { readySettings } from '../platform/ready/ready-settings.ts'
import { authSettings } from './access/auth-settings.ts'

export const apiSettings = {
  ...kafkaSettings,
  ...registrySettings,
  ...clickhouseSettings,
  ...readySettings,
  host: setting({
    env: 'API_HOST',
    type: Type.String(),
    fallback: '127.0.0.1',
    describe: 'where the api and the wallboard listen',
  }),
  port: setting({
    env: 'API_PORT',
    type: Type.Integer({ minimum: 0, maximum: 65535 }),
    fallback: 8080,
    describe: 'port of the api and the wallboard',
  }),
  lookBackMs: setting({
    env: 'API_LOOK_BACK_MS',
    type: Type.Integer({ minimum: 10_000 }),
    fallback: 900_000,
    describe:
      'how far back kpi.regional is read before the api is ready, ms of wall time: as long as the longest window with its lateness is open; older values come from ClickHouse',
  }),
  ...authSettings,
  ...diskSettings,
  diskDir: setting({
    env: 'DISK_DIR',
    type: Type.String(),
    fallback: '',
    describe: 'a folder on the disk of the data, where this host has it: whether there is room is told',
  }),
  requestsPerMinute: setting({
    env: 'API_RATE_LIMIT_PER_MINUTE',
    type: Type.Integer({ minimum: 1 }),
    fallback: 3_000,
    describe: 'REST requests of one client (token, or address without one) in a minute; a wall asks some ten',
  }),
  historyTimeoutMs: setting({
    env: 'API_HISTORY_TIMEOUT_MS',
    type: Type.Integer({ minimum: 100, maximum: 300_000 }),
    fallback: 20_000,
    describe: 'a query of stored values that takes longer is cancelled, ms; exports have limits of their own',
  }),
  exportsRunning: setting({
    env: 'API_EXPORTS_RUNNING',
    type: Type.Integer({ minimum: 1, maximum: 8 }),
    fallback: 4,
    describe: 'exports that this instance writes at once',
  }),
  exportMaxRows: setting({
    env: 'API_EXPORT_MAX_ROWS',
    type: Type.Integer({ minimum: 1 }),
    fallback: 2_000_000,
    describe: 'rows of one export',
  }),
  exportTimeoutMs: setting({
    env: 'API_EXPORT_TIMEOUT_MS',
    type: Type.Integer({ minimum: 1_000, maximum: 7_200_000 }),
    fallback: 900_000,
    describe: 'an export that is not read to its end by then is broken off, ms',
  }),
  tickMs: setting({
    env: 'STREAM_TICK_MS',
    type: Type.Integer({ minimum: 10, maximum: 10_000 }),
    fallback: 250,
    describe: 'how often changes are sent to stream clients, ms',
  }),
  heartbeatMs: setting({
    env: 'STREAM_HEARTBEAT_MS',
    type: Type.Integer({ minimum: 100, maximum: 120_000 }),
    fallback: 10_000,
    describe: 'a stream client hears something at least this often, ms',
  }),
  conflateAboveBytes: setting({
    env: 'STREAM_CONFLATE_ABOVE_BYTES',
    type: Type.Integer({ minimum: 1_024 }),
    fallback: 64 * 1024,
    describe: 'a stream client that leaves more unread is sent nothing until it has read, bytes',
  }),
  maxClients: setting({
    env: 'STREAM_MAX_CLIENTS',
    type: Type.Integer({ minimum: 1 }),
    fallback: 10_000,
    describe: 'stream clients connected at once; more are refused with 503',
  }),
  maxClientsPerAddress: setting({
    env: 'STREAM_MAX_CLIENTS_PER_ADDRESS',
    type: Type.Integer({ minimum: 1 }),
    fallback: 2_000,
    describe: 'stream clients connected from one address; more are refused with 429',
  }),
  maxBufferedBytes: setting({
    env: 'STREAM_MAX_BUFFERED_BYTES',
    type: Type.Integer({ minimum: 65_536 }),
    fallback: 4 * 1024 * 1024,
    describe: 'a stream client that asks on and leaves more unread is closed, bytes',
  }),
}

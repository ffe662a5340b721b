import { Type } from 'typebox'
import { setting } from '../../../platform/config.ts'
import { runPart } from '../../../platform/part.ts'
import { HttpEndpoint } from './endpoint.ts'
import { Lane } from './engine/admission.ts'
import { DataDirLock } from './engine/data-dir-lock.ts'
import { Engine } from './engine/engine.ts'
import { FileFolder } from './engine/file-folder.ts'
import { Spool } from './engine/spool.ts'
import { sourceNames } from './guard/engine-surface.ts'
import { StoredObjects } from './guard/stored-objects.ts'
import { HttpSessions } from './http-sessions.ts'
import { queryMetrics } from './query-metrics.ts'

const gibibyte = 1024 ** 3

// Each running query holds a thread of this pool, which files and compression need too.
process.env.UV_THREADPOOL_SIZE ??= '16'
// The engine takes its time zone from here: a DateTime without one means UTC on every machine.
process.env.TZ = 'UTC'

await runPart({
  name: 'clickhouse',
  settings: {
    host: setting({
      env: 'CLICKHOUSE_HOST',
      type: Type.String(),
      fallback: '127.0.0.1',
      describe: 'where the HTTP interface listens; it has no TLS, so keep it on loopback',
    }),
    port: setting({
      env: 'CLICKHOUSE_PORT',
      type: Type.Integer({ minimum: 0, maximum: 65535 }),
      fallback: 8123,
      describe: 'port of the HTTP interface; 0 picks a free one',
    }),
    user: setting({
      env: 'CLICKHOUSE_USER',
      type: Type.String({ minLength: 1 }),
      fallback: 'default',
      describe: 'name of the only user',
    }),
    password: setting({
      env: 'CLICKHOUSE_PASSWORD',
      type: Type.String({ minLength: 1 }),
      describe: 'password of the only user',
      secret: true,
    }),
    allowed: setting({
      env: 'CLICKHOUSE_ALLOW',
      type: Type.Array(Type.Enum([...sourceNames])),
      fallback: [],
      parse: text => text.split(',').map(name => name.trim()),
      describe: `what statements may reach besides the tables, comma separated: ${sourceNames.join(', ')}`,
    }),
    dataDir: setting({
      env: 'CLICKHOUSE_DATA_DIR',
      type: Type.String({ minLength: 1 }),
      describe: 'where the data lives; one process at a time',
    }),
    maxMemoryBytes: setting({
      env: 'CLICKHOUSE_MAX_MEMORY_BYTES',
      type: Type.Integer({ minimum: 512 * 1024 ** 2 }),
      fallback: 4 * gibibyte,
      describe: 'what the engine may hold in memory',
    }),
    maxBodyBytes: setting({
      env: 'CLICKHOUSE_MAX_BODY_BYTES',
      type: Type.Integer({ minimum: 1024 }),
      fallback: gibibyte,
      describe:
        'the longest request body, decompressed; all that are being received hold four times that at most',
    }),
    bodyWithinMs: setting({
      env: 'CLICKHOUSE_BODY_WITHIN_MS',
      type: Type.Integer({ minimum: 1 }),
      fallback: 30_000,
      describe: 'a request body that is waited for brings a kibibyte within this time, ms',
    }),
    maxResultBytes: setting({
      env: 'CLICKHOUSE_MAX_RESULT_BYTES',
      type: Type.Integer({ minimum: 1024 }),
      fallback: gibibyte,
      describe: 'the largest result of one query, before formatting; it is held in memory until sent',
    }),
    keepFreeBytes: setting({
      env: 'CLICKHOUSE_KEEP_FREE_BYTES',
      type: Type.Integer({ minimum: 0 }),
      fallback: 64 * 1024 ** 2,
      describe: 'with less room on its disk the engine begins no insert and no merge, bytes',
    }),
  },
  build: ({ config, log, metrics, servers }) => {
    const limits = {
      maxMemoryBytes: config.maxMemoryBytes,
      maxThreads: 2,
      maxResultBytes: config.maxResultBytes,
      keepFreeBytes: config.keepFreeBytes,
    }
    const allowed = new Set(config.allowed)
    const engine = new Engine(config.dataDir, limits, allowed, log)
    const spool = new Spool(config.dataDir, 4 * config.maxBodyBytes)
    const folder = new FileFolder(config.dataDir)
    const stored = new StoredObjects(engine, allowed, log)
    const lanes = {
      read: new Lane({ running: 6, waiting: 256 }),
      write: new Lane({ running: 3, waiting: 256 }),
    }
    const endpoint = new HttpEndpoint({
      servers,
      host: config.host,
      port: config.port,
      graceMs: 20_000,
      login: { user: config.user, password: config.password },
      limits: {
        pace: { withinMs: config.bodyWithinMs, leastBytes: 1024, now: () => performance.now() },
        maxBytes: config.maxBodyBytes,
      },
      engine,
      spool,
      allowed,
      folder,
      lanes,
      sessions: new HttpSessions(() => engine.connect()),
      metrics: queryMetrics(metrics, lanes),
      log,
    })
    return [new DataDirLock(config.dataDir), spool, folder, engine, stored, endpoint]
  },
})

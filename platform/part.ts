import { Type } from 'typebox'
import { AdminServer } from './admin-server.ts'
import { type Clock, scaledClock } from './clock.ts'
import { type Config, describeConfig, readConfig, type Settings, setting } from './config.ts'
import { CodedError, exitCode, isOfConfiguration, messageOf } from './errors.ts'
import { HttpServers } from './http/http-servers.ts'
import { Lifecycle, type Resource } from './lifecycle.ts'
import { createLog, type Log, logLevels } from './log.ts'
import { Metrics } from './metrics.ts'
import { Readiness } from './ready/readiness.ts'

const hostName = '^\\.?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$'

/** Settings every process has. */
export const partSettings = {
  logLevel: setting({
    env: 'LOG_LEVEL',
    type: Type.Enum([...logLevels]),
    fallback: 'info',
    describe: `how much is logged: ${logLevels.join(', ')}`,
  }),
  adminHost: setting({
    env: 'ADMIN_HOST',
    type: Type.String(),
    fallback: '127.0.0.1',
    describe: 'where /healthz, /readyz and /metrics listen',
  }),
  adminPort: setting({
    env: 'ADMIN_PORT',
    type: Type.Integer({ minimum: 0, maximum: 65535 }),
    fallback: 0,
    describe: 'port of /healthz, /readyz and /metrics; 0 picks a free one',
  }),
  allowedHosts: setting({
    env: 'ALLOWED_HOSTS',
    type: Type.Array(Type.String({ pattern: hostName })),
    fallback: [],
    parse: text => text.split(',').map(name => name.trim().toLowerCase()),
    describe:
      'names under which our HTTP servers are reached besides where they listen, such as wall.example,.citybrain.svc (a dot: all below)',
  }),
  clockEpochMs: setting({
    env: 'CLOCK_EPOCH_MS',
    type: Type.Integer({ minimum: 0 }),
    fallback: 0,
    describe: 'wall time (epoch ms) from which CLOCK_SPEED counts',
  }),
  clockSpeed: setting({
    env: 'CLOCK_SPEED',
    type: Type.Number({ exclusiveMinimum: 0 }),
    fallback: 1,
    describe: 'event time per wall time; 1 everywhere but in simulated runs',
  }),
  restartsCrashed: setting({
    env: 'RESTARTS_CRASHED',
    type: Type.Integer({ minimum: 0 }),
    fallback: 0,
    describe: 'how often the launcher has started this process again after a crash; the launcher says it',
  }),
  restartsHung: setting({
    env: 'RESTARTS_HUNG',
    type: Type.Integer({ minimum: 0 }),
    fallback: 0,
    describe: 'the same after it had stopped answering',
  }),
} satisfies Settings

export interface PartContext<S extends Settings> {
  readonly config: Config<S & typeof partSettings>
  readonly log: Log
  readonly metrics: Metrics
  readonly clock: Clock
  /** Makes the HTTP servers of the process. */
  readonly servers: HttpServers
  /** Takes what this process needs to do its work. */
  readonly readiness: Readiness
  /** Ends the process with an error; the resources are stopped first. */
  readonly fail: (error: unknown) => void
}

export interface Part<S extends Settings> {
  /** Lower case; names the log lines and the metrics. */
  readonly name: string
  readonly settings: S
  /** The process's resources in the order in which they are started. */
  readonly build: (context: PartContext<S>) => readonly Resource[] | Promise<readonly Resource[]>
}

/**
 * Runs one process: configuration, log, metrics, admin server, resources; SIGINT and SIGTERM stop it cleanly.
 * With `--check-config` it prints the effective configuration and ends.
 */
export async function runPart<S extends Settings>(part: Part<S>): Promise<void> {
  const settings = { ...part.settings, ...partSettings }
  const config = readConfigOrExit(settings)
  const metrics = new Metrics(part.name)
  metrics.collectProcess()
  const restarts = metrics.counter('restarts', 'Times the launcher has started this process again', ['after'])
  restarts.inc({ after: 'crash' }, config.restartsCrashed)
  restarts.inc({ after: 'hang' }, config.restartsHung)
  const held = metrics.counter('log_lines_held_back', 'Lines of the log that were counted, not written', [
    'level',
  ])
  const log = createLog(part.name, config.logLevel, { onHeldBack: level => held.inc({ level }) })
  const clock = scaledClock({ epochMs: config.clockEpochMs, speed: config.clockSpeed })
  const servers = new HttpServers(config.allowedHosts, metrics)
  const lifecycle = new Lifecycle(log)
  const readiness = new Readiness(metrics)

  let ready = false
  let stopping = false
  const stop = async (code: number): Promise<void> => {
    if (stopping) return
    stopping = true
    ready = false
    await lifecycle.stop()
    log.info({ code }, 'stopped')
    process.exit(code)
  }
  const fail = (error: unknown): void => {
    log.error(
      {
        code: error instanceof CodedError ? error.code : 'crashed',
        reason: messageOf(error),
        hint: error instanceof CodedError ? error.hint : undefined,
        stack: error instanceof Error ? error.stack : undefined,
      },
      'failed',
    )
    void stop(isOfConfiguration(error) ? exitCode.config : exitCode.crashed)
  }
  process.on('SIGINT', () => void stop(exitCode.ok))
  process.on('SIGTERM', () => void stop(exitCode.ok))
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)

  readiness.require('start', () => {
    if (ready) return null
    return stopping ? 'stopping' : `waiting for ${lifecycle.starting ?? 'its parts'}`
  })
  const notReady = () => readiness.failing()
  try {
    const admin = new AdminServer({
      servers,
      host: config.adminHost,
      port: config.adminPort,
      metrics,
      notReady,
    })
    const context = { config, log, metrics, clock, servers, readiness, fail }
    const resources = await part.build(context as unknown as PartContext<S>)
    await lifecycle.start([admin, ...resources])
    ready = true
    log.info('ready')
  } catch (error) {
    fail(error)
  }
}

function readConfigOrExit<S extends Settings>(settings: S): Config<S> {
  try {
    const config = readConfig(settings, process.env)
    if (process.argv.includes('--check-config')) {
      process.stdout.write(`${describeConfig(settings, config)}\n`)
      process.exit(exitCode.ok)
    }
    return config
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    process.exit(exitCode.config)
  }
}

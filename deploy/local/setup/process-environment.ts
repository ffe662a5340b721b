import type { ScaledClockOptions } from '../../../platform/clock.ts'
import type { LogLevel } from '../../../platform/log.ts'
import { urlHostOf } from '../../../platform/url-host.ts'
import type { Store } from '../stores.ts'
import { longestOpenMs, mergeWindows } from './local-windows.ts'
import type { Ports } from './ports.ts'
import type { StartOptions } from './start-options.ts'

export interface LocalFacts {
  readonly host: string
  readonly dataDir: string
  readonly ports: Ports
  readonly options: StartOptions
  readonly clock: ScaledClockOptions
  readonly logLevel: LogLevel
  readonly stores: readonly Store[]
  /** The launcher's own environment. */
  readonly env: NodeJS.ProcessEnv
}

/** Beyond the time that a window is open: an idle partition, a start, a clock that is not quite right. */
const spareMs = 60_000

/** How far back values may be that are not final yet, ms of wall time. */
function lookBackMs(windows: string, speed: number): number {
  return Math.ceil(longestOpenMs(windows) / speed) + spareMs
}

/** What our processes are told, and nothing else tells them. */
export function processEnvironment(facts: LocalFacts): Record<string, string> {
  const { host, ports, options, clock, env } = facts
  const windows = mergeWindows(env.WINDOWS ?? '', options.windows)
  const own = facts.stores.filter(store => !env[store.variable])
  return {
    ...Object.fromEntries(facts.stores.map(store => [store.variable, env[store.variable] || store.address])),
    ...Object.assign({}, ...own.map(store => store.secrets)),
    API_HOST: env.API_HOST || host,
    API_PORT: String(ports.api),
    // What is written elsewhere is on disks that nobody here sees.
    DISK_DIR: own.length === 0 ? '' : facts.dataDir,
    WALL_URL: env.WALL_URL || `http://${urlHostOf(env.API_HOST || host)}:${ports.api}`,
    INGEST_HOST: env.INGEST_HOST || host,
    INGEST_PORT: String(ports.ingest),
    WINDOWS: windows,
    API_LOOK_BACK_MS: env.API_LOOK_BACK_MS || String(lookBackMs(windows, clock.speed)),
    LOG_LEVEL: facts.logLevel,
    SIMULATOR: options.simulator ? 'on' : 'off',
    SIMULATOR_SCALE: String(options.scale),
    SIMULATOR_SEED: String(options.seed),
    CLOCK_SPEED: String(clock.speed),
    CLOCK_EPOCH_MS: String(clock.epochMs),
  }
}

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { localClickHousePassword } from './clickhouse/local-login.ts'
import { type Config, readConfig, type Settings } from './config.ts'
import { CodedError, messageOf } from './errors.ts'

/** Where the local system has its stores, before the offset (`npm start -- --port-offset N`). */
const localAddresses = {
  KAFKA_BROKERS: { prefix: '127.0.0.1:', port: 9092 },
  SCHEMA_REGISTRY_URL: { prefix: 'http://127.0.0.1:', port: 8081 },
  CLICKHOUSE_URL: { prefix: 'http://127.0.0.1:', port: 8123 },
} as const

/**
 * The configuration of a command: from the environment, as the processors have it, and for stores that it does not name
 * the local system's, its ports moved by `portOffset`. The password of a ClickHouse that runs on this machine is found.
 * @throws CodedError `config_invalid`
 */
export function commandConfig<S extends Settings>(
  settings: S,
  env: NodeJS.ProcessEnv,
  portOffset: number,
  passwordOf: (clickhouseUrl: string) => string = localClickHousePassword,
): Config<S> {
  const local: Record<string, string> = {}
  for (const [variable, { prefix, port }] of Object.entries(localAddresses)) {
    local[variable] = env[variable] || `${prefix}${port + portOffset}`
  }
  const password = env.CLICKHOUSE_PASSWORD || passwordOf(local.CLICKHOUSE_URL ?? '')
  return readConfig(settings, { ...env, ...local, CLICKHOUSE_PASSWORD: password })
}

/** What was wrong on the command line. */
export class UsageError extends CodedError {
  constructor(message: string, options: { hint?: string } = {}) {
    super('usage', message, options)
  }
}

/** The values of a command's options. @param usage said where they are wrong. @throws UsageError */
export function optionValues<O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: O,
  usage: string,
) {
  return parsed(() => parseArgs({ args: [...args], options }).values, usage)
}

/** The same for a command that takes words besides options. @throws UsageError */
export function optionsAndWords<O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: O,
  usage: string,
) {
  return parsed(() => {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { values, words: positionals }
  }, usage)
}

function parsed<T>(parse: () => T, usage: string): T {
  try {
    return parse()
  } catch (error) {
    throw new UsageError(messageOf(error), { hint: usage })
  }
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/** Epoch ms of an option's RFC 3339 time. @throws UsageError */
export function instantOption(option: string, text: string): number {
  const [, year, month, day] = rfc3339.exec(text) ?? []
  // Date.parse takes 30 February for 2 March.
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day)
  const ms = isDay ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new UsageError(`${option}: expected an RFC 3339 time such as 2026-08-01T00:00:00Z, got ${text}`)
}

/** @throws UsageError */
export function portOffsetOption(text: string): number {
  const offset = Number(text)
  const ports = Object.values(localAddresses).map(({ port }) => port + offset)
  if (text.trim() !== '' && ports.every(port => Number.isInteger(port) && port > 0 && port <= 65_535)) {
    return offset
  }
  throw new UsageError(`--port-offset: expected a whole number that leads to ports, got ${text}`)
}

import { parseArgs } from 'node:util'
import { CodedError } from '../../../platform/errors.ts'
import { defaultPatience, type Patience } from '../supervise/patience.ts'
import { mergeWindows } from './local-windows.ts'
import { offsetRange, portsAt, refusedPorts } from './ports.ts'

/** What `npm start` was asked for. */
export interface StartOptions {
  readonly help: boolean
  readonly simulator: boolean
  /** Factor on the simulated province's default number of assets. */
  readonly scale: number
  /** Event time per wall time. */
  readonly speed: number
  readonly seed: number
  readonly dataDir: string
  readonly portOffset: number
  /** Window size / lateness per record, as WINDOWS takes it; what is not named keeps its default. */
  readonly windows: string
  readonly patience: Patience
}

export const defaultOptions: StartOptions = {
  help: false,
  simulator: true,
  scale: 1,
  speed: 1,
  seed: 1,
  dataDir: '.data',
  portOffset: 0,
  windows: '',
  patience: defaultPatience,
}

interface Flag {
  /** Name of the value in the help text; a flag without one takes none. */
  readonly value?: string
  readonly describe: string
  readonly read: (text: string, before: StartOptions) => Partial<StartOptions>
}

const flags: Readonly<Record<string, Flag>> = {
  'no-simulator': {
    describe: 'no simulated devices: waits for real ones',
    read: () => ({ simulator: false }),
  },
  scale: {
    value: 'N',
    describe: 'size of the simulated province, as a factor (default 1)',
    read: text => ({ scale: positive(text) }),
  },
  speed: {
    value: 'N',
    describe: 'event time per wall time (default 1)',
    read: text => ({ speed: positive(text) }),
  },
  seed: {
    value: 'N',
    describe: 'seed of the simulated province (default 1)',
    read: text => ({ seed: integer(text, 0, Number.MAX_SAFE_INTEGER) }),
  },
  'data-dir': {
    value: 'D',
    describe: 'where data lives (default .data)',
    read: text => ({ dataDir: text }),
  },
  'port-offset': {
    value: 'N',
    describe: 'added to every port, so that two can run side by side (default 0)',
    read: text => ({ portOffset: portOffset(text) }),
  },
  windows: {
    value: 'W',
    describe: 'window size / allowed lateness per record, e.g. rack=60s/30s,radio_pm=60s/60s',
    read: text => {
      mergeWindows(text)
      return { windows: text }
    },
  },
  'start-timeout': {
    value: 'S',
    describe: `a part that gets no further for this many seconds is given up (default ${defaultPatience.startMs / 1000})`,
    read: (text, { patience }) => ({ patience: { ...patience, startMs: 1_000 * positive(text) } }),
  },
  'hang-timeout': {
    value: 'S',
    describe: `a part that does not answer for this many seconds is killed and started again (default ${defaultPatience.hangMs / 1000}); 0 lets it be, for a debugger`,
    read: (text, { patience }) => ({ patience: { ...patience, hangMs: 1_000 * integer(text, 0, 86_400) } }),
  },
  help: { describe: 'prints this', read: () => ({ help: true }) },
}

/** @throws CodedError `usage` naming the flag. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, flag]) => [
        name,
        { type: flag.value ? 'string' : 'boolean' } as const,
      ]),
    ),
  })
  let options = defaultOptions
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional')
      throw usage(`\`${token.value}\` is not expected: every option starts with --`)
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined
    if (!flag) throw usage(`there is no option ${token.rawName}`)
    if (flag.value && !token.value) throw usage(`${token.rawName} needs a value`)
    if (!flag.value && token.value !== undefined) throw usage(`${token.rawName} takes no value`)
    try {
      options = { ...options, ...flag.read(token.value ?? '', options) }
    } catch (error) {
      throw usage(`${token.rawName}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return options
}

export function startHelp(): string {
  const lines = Object.entries(flags).map(
    ([name, { value, describe }]) => `  ${`--${name}${value ? ` ${value}` : ''}`.padEnd(18)} ${describe}`,
  )
  return [
    'npm start -- [options]',
    '',
    'Starts the whole pipeline on this machine; Ctrl-C stops it.',
    '',
    ...lines,
    '',
    'KAFKA_BROKERS, CLICKHOUSE_URL and SCHEMA_REGISTRY_URL in the environment name one to use instead of',
    'starting it; LOG_LEVEL says how much is shown. API_HOST and INGEST_HOST open the api and ingest to other',
    'machines (0.0.0.0: on every address); nothing else is opened.',
  ].join('\n')
}

function usage(message: string): CodedError {
  return new CodedError('usage', message, { hint: '`npm start -- --help` lists the options' })
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value)) throw new Error(`\`${text}\` is not a number above 0`)
  return value
}

function portOffset(text: string): number {
  const offset = integer(text, offsetRange.from, offsetRange.to)
  const refused = refusedPorts(portsAt(offset))
  if (refused.length === 0) return offset
  throw new Error(`\`${text}\` leads to ports that browsers refuse: ${refused.join(', ')}`)
}

function integer(text: string, from: number, to: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < from || value > to) {
    throw new Error(`\`${text}\` is not a whole number from ${from} to ${to}`)
  }
  return value
}

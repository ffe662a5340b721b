import type { ParseArgsOptionsConfig } from 'node:util'
import {
  instantOption,
  optionsAndWords,
  portOffsetOption,
  UsageError,
} from '../../../platform/command-options.ts'
import { regionOf } from '../../../schemas/regions/regions.ts'

/** What is to be backtested. */
export interface BacktestRange {
  /** Windows that start in [fromMs, toMs), epoch ms. */
  readonly fromMs: number
  readonly toMs: number
  /** Only this region and those below it; all when null. */
  readonly region: string | null
  /** With the revisions as they became known, instead of the last ones. */
  readonly asKnown: boolean
  readonly portOffset: number
}

export type RulesOptions =
  | { readonly verb: 'check' | 'test'; readonly files: readonly string[]; readonly json: boolean }
  | {
      readonly verb: 'backtest'
      readonly files: readonly string[]
      readonly json: boolean
      readonly range: BacktestRange
    }

export const rulesUsage = `npm run rules -- check FILE...      names every mistake with line and column, or lists the rules
npm run rules -- test FILE...       runs the tests in FILE, which names its rules files; of a folder every *.test.yaml
npm run rules -- backtest FILE... --from T --to T [options]
                                    what the rules would have said of stored history

FILE is a file or a folder. Backtest:
  --from T, --to T      windows that start in [from, to), RFC 3339
  --region CODE         only this region and those below it
  --as-known            with every revision at the time at which it was computed: what the alerting process saw,
                        with what was retracted and raised late; without it, the last revisions: what was true
  --port-offset N       of a local system that was started with it

  --json                one JSON object a line

ClickHouse comes from the environment, as the processors have it, else where npm start has it.
Exit code 0: done; 1: a mistake, a test that failed, or something else that did; 64: wrong usage.
`

const options = {
  json: { type: 'boolean', default: false },
  from: { type: 'string' },
  to: { type: 'string' },
  region: { type: 'string' },
  'as-known': { type: 'boolean', default: false },
  'port-offset': { type: 'string', default: '0' },
} satisfies ParseArgsOptionsConfig

/** @throws UsageError */
export function rulesOptions(args: readonly string[]): RulesOptions {
  const { values, words } = optionsAndWords(args, options, rulesUsage)
  const [verb, ...files] = words
  if (verb !== 'check' && verb !== 'test' && verb !== 'backtest') {
    throw usage(
      verb === undefined ? 'check, test or backtest?' : `expected check, test or backtest, got ${verb}`,
    )
  }
  if (files.length === 0) throw usage(`${verb} which files?`)
  const { json, from, to, region } = values
  if (verb !== 'backtest') {
    if (from ?? to ?? region) throw usage(`--from, --to and --region are for backtest, not for ${verb}`)
    return { verb, files, json }
  }
  if (from === undefined || to === undefined) throw usage('backtest needs --from and --to')
  const [fromMs, toMs] = [instantOption('--from', from), instantOption('--to', to)]
  if (fromMs >= toMs) throw usage(`--from ${from} is not before --to ${to}`)
  if (region !== undefined && !regionOf(region)) {
    throw usage(`--region: expected a code such as 370102, 370100, circle-jiaodong or 370000, got ${region}`)
  }
  const range = { fromMs, toMs, region: region ?? null, asKnown: values['as-known'] }
  return { verb, files, json, range: { ...range, portOffset: portOffsetOption(values['port-offset']) } }
}

function usage(message: string): UsageError {
  return new UsageError(message, { hint: rulesUsage })
}

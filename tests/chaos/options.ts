import { parseArgs } from 'node:util'
import { CodedError } from '../../platform/errors.ts'

/** What `npm run chaos` was asked for. */
export interface ChaosArguments {
  readonly minutes: number
  readonly seed: number
  readonly faultsPerMinute: number
  readonly readingsPerSecond: number
  /** A temporary one, removed after a clean run, when not given. */
  readonly dataDir: string | undefined
}

export const usage = `npm run chaos -- --minutes M --seed S [options]

Runs three brokers, ClickHouse, the registry and two instances of every process under a seeded load and seeded
faults, then compares every window with the readings that were accepted. Exit code 1: there is a difference.

  --minutes M            length of the load (default 20)
  --seed S               of load and faults: equal seeds, equal faults (default 1)
  --faults-per-minute F  (default 6)
  --rate R               readings per second (default 80)
  --data-dir D           kept; by default a temporary directory that is kept only when something is wrong`

/** @throws CodedError `usage` */
export function parseChaosArguments(args: readonly string[]): ChaosArguments {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: text,
        seed: text,
        'faults-per-minute': text,
        rate: text,
        'data-dir': text,
      },
    })
    return {
      minutes: positive('--minutes', values.minutes ?? '20'),
      seed: whole('--seed', values.seed ?? '1'),
      faultsPerMinute: positive('--faults-per-minute', values['faults-per-minute'] ?? '6'),
      readingsPerSecond: positive('--rate', values.rate ?? '80'),
      dataDir: values['data-dir'],
    }
  } catch (error) {
    throw new CodedError('usage', error instanceof Error ? error.message : String(error), { hint: usage })
  }
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value)) throw new Error(`${name}: \`${text}\` is not a number above 0`)
  return value
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name}: \`${text}\` is not a whole number`)
  return value
}

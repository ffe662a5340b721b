import type { ParseArgsOptionsConfig } from 'node:util'
import { instantOption, optionValues, portOffsetOption, UsageError } from '../../platform/command-options.ts'
import { isRecordId, type RecordId, recordIds } from '../../schemas/records/record.ts'
import { regionOf, subtreeOf } from '../../schemas/regions/regions.ts'

export interface RecomputeOptions {
  readonly record: RecordId
  /** Windows that start in [fromMs, toMs), epoch ms. */
  readonly fromMs: number
  readonly toMs: number
  /** Only these counties, with their ancestors; all when absent. */
  readonly counties?: ReadonlySet<string>
  readonly dryRun: boolean
  readonly json: boolean
  readonly portOffset: number
}

export const recomputeUsage = `npm run recompute -- --record R --from T --to T [options]

Computes final windows again from the stored readings, as corrections are, and publishes the next revision of every
region whose stored one is not what comes out (reason: recompute). Windows that have readings but were never published
get their first revision. What was expected to report is taken from the asset registry as it is now, and KPIs from the
formulas as they are now: so a corrected registry, or a changed formula, is applied to the past.
It may run beside the running system, and again: what is right already is not published.

  --record R            ${recordIds.join(', ')}
  --from T, --to T      windows that start in [from, to), RFC 3339
  --region CODE         the readings of the counties of this region only; what is expected is looked at everywhere
  --dry-run             print what differs, and publish nothing
  --json                print every difference, and the summary, as one JSON object a line
  --port-offset N       of a local system that was started with it

Windows that are not final yet are named and left alone. Kafka, ClickHouse, registry and WINDOWS come from the
environment, as the processors have them; the stores' defaults are where npm start has them. A window that was never
published has the size of the stored window nearest to --to, which WINDOWS has to agree with where it names one; with
nothing stored it has the size that WINDOWS says, else the default.
Exit code 0: done; 1: something failed; 64: wrong usage; 78: wrong configuration; 130: stopped before the end by Ctrl-C.
`

/** @throws UsageError */
export function recomputeOptions(args: readonly string[]): RecomputeOptions {
  const { record, from, to, region, json, ...values } = optionValues(args, options, recomputeUsage)
  const missing = Object.entries({ record, from, to }).flatMap(([name, value]) =>
    value ? [] : [`--${name}`],
  )
  if (!record || !from || !to) throw usage(`${missing.join(', ')} missing`)
  if (!isRecordId(record)) throw usage(`--record: expected one of ${recordIds.join(', ')}, got ${record}`)
  const fromMs = instantOption('--from', from)
  const toMs = instantOption('--to', to)
  if (fromMs >= toMs) throw usage(`--from ${from} is not before --to ${to}`)
  return {
    record,
    fromMs,
    toMs,
    ...(region === undefined ? {} : { counties: countiesOf(region) }),
    dryRun: values['dry-run'],
    json,
    portOffset: portOffsetOption(values['port-offset']),
  }
}

const options = {
  record: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  region: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  'port-offset': { type: 'string', default: '0' },
} satisfies ParseArgsOptionsConfig

function countiesOf(region: string): ReadonlySet<string> {
  if (!regionOf(region)) {
    throw usage(`--region: expected a code such as 370102, 370100, circle-jiaodong or 370000, got ${region}`)
  }
  return new Set(subtreeOf(region).flatMap(({ code, level }) => (level === 'county' ? [code] : [])))
}

function usage(message: string): UsageError {
  return new UsageError(message, { hint: recomputeUsage })
}

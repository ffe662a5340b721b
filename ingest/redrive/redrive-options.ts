import type { ParseArgsOptionsConfig } from 'node:util'
import { instantOption, optionValues, portOffsetOption, UsageError } from '../../platform/command-options.ts'
import { urlHostOf } from '../../platform/url-host.ts'
import { isRecordId, recordIds } from '../../schemas/records/record.ts'
import { rejections } from '../../schemas/records/rejection.ts'
import type { Selection } from './selection.ts'

export interface RedriveOptions {
  readonly selection: Selection
  /** Offers those that were redriven before, too. */
  readonly again: boolean
  readonly dryRun: boolean
  readonly addresses: Addresses
}

/** Where the running system is. */
export interface Addresses {
  /** The HTTP door. */
  readonly door: string
  /** As KAFKA_BROKERS has it. */
  readonly brokers: string
  readonly registry: string
}

export const redriveUsage = `npm run redrive -- [options]

Sends dead letters (topic telemetry.rejected) through the door again: after their assets were registered, a rule was
mended, or a time that lay in the future has come. What is accepted is not offered again; what is refused again stays
the dead letter that it was.

  --reason CODE         only with this code, such as unknown_asset; may be repeated
  --record R            only of this record type; may be repeated
  --from T, --to T      only those refused (received_at) in [from, to), RFC 3339
  --again               those that were accepted before, too; readings that are there already count as duplicates
  --dry-run             say what would be sent, and send nothing
  --door URL            the HTTP door (http://INGEST_HOST:INGEST_PORT)
  --port-offset N       of a local system that was started with it

Kafka and the registry are at KAFKA_BROKERS and SCHEMA_REGISTRY_URL, or where npm start has them.
INGEST_KEY is the key that is sent where the door asks for one; it needs any_source (docs/access.md).
Exit code 0: done; 1: something failed, or the door took nothing of what it was sent; 64: wrong usage.
`

/** @throws UsageError */
export function redriveOptions(args: readonly string[], env: NodeJS.ProcessEnv): RedriveOptions {
  const values = optionValues(args, options, redriveUsage)
  const offset = portOffsetOption(values['port-offset'])
  const door = `http://${urlHostOf(env.INGEST_HOST || '127.0.0.1')}:${env.INGEST_PORT || 8090 + offset}`
  return {
    selection: {
      codes: listed(
        '--reason',
        values.reason,
        code => Object.hasOwn(rejections, code),
        Object.keys(rejections),
      ),
      records: listed('--record', values.record, isRecordId, recordIds),
      fromMs: values.from === undefined ? Number.NEGATIVE_INFINITY : instantOption('--from', values.from),
      toMs: values.to === undefined ? Number.POSITIVE_INFINITY : instantOption('--to', values.to),
    },
    again: values.again,
    dryRun: values['dry-run'],
    addresses: {
      door: (values.door ?? door).replace(/\/$/, ''),
      brokers: env.KAFKA_BROKERS || `127.0.0.1:${9092 + offset}`,
      registry: env.SCHEMA_REGISTRY_URL || `http://127.0.0.1:${8081 + offset}`,
    },
  }
}

const options = {
  reason: { type: 'string', multiple: true, default: [] },
  record: { type: 'string', multiple: true, default: [] },
  from: { type: 'string' },
  to: { type: 'string' },
  again: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  door: { type: 'string' },
  'port-offset': { type: 'string', default: '0' },
} satisfies ParseArgsOptionsConfig

/** Null where nothing is listed: then all of them. */
function listed(
  option: string,
  given: readonly string[],
  isKnown: (text: string) => boolean,
  known: readonly string[],
): ReadonlySet<string> | null {
  const wrong = given.find(text => !isKnown(text))
  if (wrong !== undefined) throw usage(`${option}: expected one of ${known.join(', ')}, got ${wrong}`)
  return given.length > 0 ? new Set(given) : null
}

function usage(message: string): UsageError {
  return new UsageError(message, { hint: redriveUsage })
}

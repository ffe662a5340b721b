import { Presets, SingleBar } from 'cli-progress'
import { SchemaRegistry } from '../platform/avro/schema-registry.ts'
import { wallClock } from '../platform/clock.ts'
import { readConfig } from '../platform/config.ts'
import { CodedError, exitCode, messageOf } from '../platform/errors.ts'
import { kafkaClient, kafkaSettings } from '../platform/kafka/kafka-client.ts'
import { createLog } from '../platform/log.ts'
import { type RedriveProgress, redrive } from './redrive/redrive.ts'
import { redriveOptions, redriveUsage } from './redrive/redrive-options.ts'
import { redriveSummary, tookNothing } from './redrive/redrive-summary.ts'

/** How often Kafka is asked again before it counts as away: about 15 s. */
const kafkaRetries = 6

/** `npm run redrive`: dead letters through the HTTP door again. Exit codes: see the usage. */
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(redriveUsage)
    return exitCode.ok
  }
  try {
    const options = redriveOptions(args, process.env)
    const { brokers, registry } = options.addresses
    const config = readConfig(kafkaSettings, { ...process.env, KAFKA_BROKERS: brokers })
    const log = createLog('redrive', 'fatal')
    const context = {
      kafka: kafkaClient(config, 'citybrain-redrive', log, { retries: kafkaRetries }),
      registry: new SchemaRegistry(registry),
      clock: wallClock,
      log,
    }
    const { tally, failure } = await redrive(options, context, progressBar())
    if (failure === undefined || tally.read > 0) {
      process.stdout.write(`${redriveSummary(tally, options.dryRun)}\n`)
    }
    if (failure !== undefined) throw failure
    return tookNothing(tally) ? exitCode.failed : exitCode.ok
  } catch (error) {
    const hint = error instanceof CodedError && error.hint ? `\n${error.hint}` : ''
    process.stderr.write(`redrive: ${messageOf(error)}${hint}\n`)
    return error instanceof CodedError && error.code === 'usage' ? exitCode.usage : exitCode.failed
  }
}

function progressBar(): RedriveProgress {
  const format = 'redriving {bar} {percentage}% {value}/{total} dead letters, {eta_formatted} left'
  let bar: SingleBar | undefined
  return {
    begin(total) {
      bar = new SingleBar(
        { format, stream: process.stderr, noTTYOutput: true, notTTYSchedule: 5_000 },
        Presets.shades_classic,
      )
      bar.start(total, 0)
    },
    advance: by => bar?.increment(by),
    end: () => bar?.stop(),
  }
}

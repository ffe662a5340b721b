import { reachableRegistry } from '../platform/avro/reachable-registry.ts'
import { SchemaRegistry } from '../platform/avro/schema-registry.ts'
import { clickhouseClient } from '../platform/clickhouse/clickhouse-client.ts'
import { wallClock } from '../platform/clock.ts'
import { LogEpochs } from '../platform/epochs/log-epochs.ts'
import type { Logs } from '../platform/epochs/open-log.ts'
import { exitCode } from '../platform/errors.ts'
import { ensureTopics } from '../platform/kafka/ensure-topics.ts'
import { askingClient, kafkaClient } from '../platform/kafka/kafka-client.ts'
import type { Resource } from '../platform/lifecycle.ts'
import { type PartContext, runPart } from '../platform/part.ts'
import { clickhouseProbe } from '../platform/ready/clickhouse-probe.ts'
import { kafkaProbe } from '../platform/ready/kafka-probe.ts'
import { LagWatch, type LogReader } from '../platform/ready/log-lag.ts'
import { openedTopics } from '../schemas/topics.ts'
import { type ProcessorContext, processorSettings } from './context.ts'
import { sameSizes } from './same-sizes.ts'
import { isProcessorName, type Processor, type ProcessorName, topology } from './topology.ts'
import { parseWindows } from './windows/window-spec.ts'

/** `node processors/main.ts NAME...` runs the named processors in this process; `all` runs every one. */
const names = namesOf(process.argv.slice(2).filter(argument => !argument.startsWith('--')))
const [only] = names
await runPart({
  name: names.length === 1 && only ? only : 'processors',
  settings: processorSettings,
  build: context => {
    const readers: LogReader[] = []
    const watch = (reader: LogReader) => void readers.push(reader)
    const logs = logEpochs(context)
    const contexts = names.map(name => [name, contextOf(name, context, logs, watch)] as const)
    const built = contexts.flatMap(([name, own]) => topology[name].build(own))
    const prepared = contexts.flatMap(([name, own]) => {
      const { prepare }: Processor = topology[name]
      return prepare?.(own) ?? []
    })
    return [...shared(context), ...prepared, logs, lagWatch(context, readers), ...built]
  },
})

function namesOf(given: readonly string[]): readonly ProcessorName[] {
  const known = Object.keys(topology).filter(isProcessorName)
  const chosen = given.includes('all') ? known : given.filter(isProcessorName)
  const unknown = given.filter(name => name !== 'all' && !isProcessorName(name))
  if (chosen.length > 0 && unknown.length === 0) return chosen
  const problem = unknown.length > 0 ? `no such processor: ${unknown.join(', ')}` : 'no processor named'
  process.stderr.write(`${problem}; choose from ${known.join(', ')} or all\n`)
  process.exit(exitCode.usage)
}

function shared({ config, log, readiness }: PartContext<typeof processorSettings>): Resource[] {
  const usesClickHouse = names.some(name => {
    const { reads, writes }: Processor = topology[name]
    return [...reads, ...writes].includes('ClickHouse')
  })
  const kafka = askingClient(config, 'citybrain-probe')
  return [
    kafkaProbe({ config, kafka, readiness, clock: wallClock }),
    ...(usesClickHouse
      ? [clickhouseProbe({ config, readiness, clock: wallClock }), sameSizes(config, log)]
      : []),
    reachableRegistry(new SchemaRegistry(config.schemaRegistryUrl), log),
    {
      name: 'topics',
      start: () => ensureTopics(kafkaClient(config, 'citybrain-topics', log)),
      stop: () => Promise.resolve(),
    },
  ]
}

function logEpochs({ config, log, fail }: PartContext<typeof processorSettings>): LogEpochs {
  return new LogEpochs({
    kafka: kafkaClient(config, 'citybrain-logs', log),
    registry: new SchemaRegistry(config.schemaRegistryUrl),
    topics: openedTopics,
    log,
    fail,
  })
}

function lagWatch(
  { config, readiness, log }: PartContext<typeof processorSettings>,
  readers: readonly LogReader[],
): Resource {
  const kafka = askingClient(config, 'citybrain-lag')
  return new LagWatch({ kafka, readers, limit: config.readyMaxLag, readiness, clock: wallClock, log })
}

function contextOf(
  name: ProcessorName,
  context: PartContext<typeof processorSettings>,
  logs: Logs,
  watch: (reader: LogReader) => void,
): ProcessorContext {
  const { config, log, metrics, clock, readiness, fail } = context
  return {
    config,
    kafka: kafkaClient(config, `citybrain-${name}`, log, { readiness, metrics: metrics.of(name) }),
    logs,
    registry: new SchemaRegistry(config.schemaRegistryUrl),
    clickhouse: clickhouseClient(config),
    database: config.clickhouseDatabase,
    windows: parseWindows(config.windows),
    clock,
    clockSpeed: config.clockSpeed,
    log,
    metrics: metrics.of(name),
    watch,
    fail,
  }
}

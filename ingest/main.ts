import { reachableRegistry } from '../platform/avro/reachable-registry.ts'
import { SchemaRegistry } from '../platform/avro/schema-registry.ts'
import { wallClock } from '../platform/clock.ts'
import { LogEpochs } from '../platform/epochs/log-epochs.ts'
import { messageOf } from '../platform/errors.ts'
import { ensureTopics } from '../platform/kafka/ensure-topics.ts'
import { askingClient, kafkaClient } from '../platform/kafka/kafka-client.ts'
import type { Resource } from '../platform/lifecycle.ts'
import { runPart } from '../platform/part.ts'
import { kafkaProbe } from '../platform/ready/kafka-probe.ts'
import { LagWatch } from '../platform/ready/log-lag.ts'
import { topicNames } from '../schemas/topics.ts'
import { DoorKeeper } from './access/door-keeper.ts'
import { doorPolicy } from './access/door-policy.ts'
import { KeyRing } from './access/key-ring.ts'
import { AssetRegistration } from './assets/asset-registration.ts'
import { KnownAssets } from './assets/known-assets.ts'
import { KafkaIntake } from './pipeline/kafka-intake.ts'
import { LoopTurns } from './pipeline/loop-turns.ts'
import { ingestSettings } from './settings.ts'
import { simulator } from './simulator/simulator.ts'
import { ProduceQueue } from './sink/produce-queue.ts'
import { TopicEncoders } from './sink/topic-encoders.ts'
import { HttpDoor } from './sources/http/http-door.ts'

const dayMs = 86_400_000

/** sources (http, simulator; files come through http) -> normalise -> validate -> enrich -> Kafka */
await runPart({
  name: 'ingest',
  settings: ingestSettings,
  build: ({ config, log, metrics, clock, servers, readiness, fail }) => {
    const ring = doorPolicy(config) === 'keys' ? new KeyRing({ path: config.ingestKeys, log, metrics }) : null
    const turns = new LoopTurns()
    const kafka = kafkaClient(config, 'citybrain-ingest', log, { metrics })
    const schemas = new SchemaRegistry(config.schemaRegistryUrl)
    const encoders = new TopicEncoders(schemas)
    const encode = encoders.encode.bind(encoders)
    const queue = new ProduceQueue({
      kafka,
      log,
      metrics,
      lingerMs: config.produceLingerMs,
      timeoutMs: config.produceTimeoutMs,
    })
    readiness.require('producer', () => queue.notReady)
    const send = queue.send.bind(queue)
    const assets = new KnownAssets(kafka, schemas, log, metrics)
    const registration = new AssetRegistration({ assets, encode, send, turns, clock })
    assets.onCrossed((write, theirs) => {
      registration.reconcile(write, theirs).catch(error => {
        const { asset_id } = theirs
        log.error(
          { asset_id, reason: messageOf(error) },
          'two wrote an asset at once: what one of them said may be lost',
        )
      })
    })
    const intake = new KafkaIntake({
      assets,
      registration,
      encode,
      send,
      turns,
      clock,
      bounds: { maxFutureMs: config.maxFutureS * 1000, maxAgeMs: config.maxAgeDays * dayMs },
      metrics,
    })
    const door = new HttpDoor({
      servers,
      intake,
      keeper: new DoorKeeper(ring, clock),
      turns,
      host: config.ingestHost,
      port: config.ingestPort,
      log,
      metrics,
      maxBodyBytes: config.maxBodyBytes,
      maxDecompressedBytes: config.maxDecompressedBytes,
      maxDecompressionRatio: config.maxDecompressionRatio,
      maxItems: config.maxItems,
      maxInFlightBytes: config.maxInFlightBytes,
      requestsPerMinute: config.requestsPerMinute,
    })
    const topics: Resource = {
      name: 'topics',
      start: () => ensureTopics(kafka),
      stop: async () => undefined,
    }
    const logs = new LogEpochs({ kafka, registry: schemas, topics: [topicNames.assets], log, fail })
    const sources: Resource[] = [door]
    if (config.simulator === 'on') {
      const { simulatorScale: scale, simulatorSeed: seed } = config
      sources.push(simulator({ intake, clock, log, metrics, scale, seed }))
    }
    const probe = kafkaProbe({
      config,
      kafka: askingClient(config, 'citybrain-probe'),
      readiness,
      clock: wallClock,
    })
    const lag = new LagWatch({
      kafka: askingClient(config, 'citybrain-lag'),
      readers: [assets],
      limit: config.readyMaxLag,
      readiness,
      clock: wallClock,
      log,
    })
    const keys = ring ? [ring] : []
    return [
      ...keys,
      probe,
      reachableRegistry(schemas, log),
      topics,
      logs,
      lag,
      encoders,
      queue,
      assets,
      ...sources,
    ]
  },
})

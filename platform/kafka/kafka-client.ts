import { Type } from 'typebox'
import { type Config, setting } from '../config.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Readiness } from '../ready/readiness.ts'
import { groupSettings, groupTiming } from './group-membership.ts'
import { brokerPattern } from './ipv6-brokers.ts'
import { kafkaSecurity, kafkaSecuritySettings } from './kafka-security.ts'
import { fastFetch, Kafka, logLevel } from './kafkajs.ts'
import { kafkajsLog } from './kafkajs-log.ts'
import { ProcessKafka, type ProcessKafkaOptions } from './process-kafka.ts'
import { unreadMetrics } from './unread-log.ts'

const askWithinMs = 5_000
const tlsConnectMs = 5_000

const list = (text: string): string[] =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

export const kafkaSettings = {
  kafkaBrokers: setting({
    env: 'KAFKA_BROKERS',
    type: Type.Array(Type.String({ pattern: brokerPattern }), { minItems: 1 }),
    fallback: ['127.0.0.1:9092'],
    parse: list,
    describe:
      'host:port of the Kafka brokers, comma-separated; an IPv6 address in brackets, as in [::1]:9092',
  }),
  ...kafkaSecuritySettings,
  ...groupSettings,
}

export interface KafkaClientOptions {
  /** How often a call is tried again. By default a broker that restarts is waited for, not given up. */
  readonly retries?: number
  /** Requires of every group that the client joins that it is a member. */
  readonly readiness?: Readiness
  /** Of the part of the process that it is for: what its consumers cannot read is counted there. */
  readonly metrics?: Metrics
}

/** A Kafka client of this instance of a process, whose own log lines go to ours. @param name of the kind of process */
export function kafkaClient(
  config: Config<typeof kafkaSettings>,
  name: string,
  log: Log,
  { retries = Number.MAX_SAFE_INTEGER, readiness, metrics }: KafkaClientOptions = {},
): Kafka {
  if (fastFetch !== 'installed') log.warn({ reason: fastFetch }, 'kafkajs decodes slowly')
  const options: ProcessKafkaOptions = {
    clientId: `${name}@${config.instanceId}`,
    timing: groupTiming(config),
    log,
    unread: metrics && unreadMetrics(metrics),
    brokers: [...config.kafkaBrokers],
    ...kafkaSecurity(config, log),
    // kafkajs gives a connection one second, which a handshake may need on a busy machine.
    ...(config.kafkaSsl ? { connectionTimeout: tlsConnectMs } : {}),
    // Tried every second: whatever waits for a broker goes on as soon as it is back.
    retry: { initialRetryTime: 200, maxRetryTime: 1_000, retries },
    logLevel: logLevel.WARN,
    logCreator: kafkajsLog(log),
    ...(readiness ? { readiness } : {}),
  }
  return new ProcessKafka(options)
}

/** A client for questions that are asked again anyway: it gives up soon and logs nothing. */
export function askingClient(config: Config<typeof kafkaSettings>, name: string): Kafka {
  return new Kafka({
    clientId: `${name}@${config.instanceId}`,
    brokers: [...config.kafkaBrokers],
    ...kafkaSecurity(config),
    connectionTimeout: askWithinMs,
    requestTimeout: askWithinMs,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  })
}

import { Type } from 'typebox'
import { registrySettings } from '../platform/avro/schema-registry.ts'
import { type Settings, setting } from '../platform/config.ts'
import { kafkaSettings } from '../platform/kafka/kafka-client.ts'
import { readySettings } from '../platform/ready/ready-settings.ts'

const mebibyte = 1024 * 1024

const whole = (env: string, fallback: number, minimum: number, describe: string) =>
  setting({ env, type: Type.Integer({ minimum }), fallback, describe })

export const ingestSettings = {
  ...kafkaSettings,
  ...registrySettings,
  ...readySettings,
  ingestHost: setting({
    env: 'INGEST_HOST',
    type: Type.String(),
    fallback: '127.0.0.1',
    describe: 'where the HTTP door listens',
  }),
  ingestPort: setting({
    env: 'INGEST_PORT',
    type: Type.Integer({ minimum: 0, maximum: 65535 }),
    fallback: 8090,
    describe: 'port of the HTTP door; 0 picks a free one',
  }),
  maxFutureS: whole(
    'MAX_FUTURE_S',
    60,
    0,
    'how far event_time may be ahead of the clock, s: a fast clock, not a wrong one',
  ),
  ingestKeys: setting({
    env: 'INGEST_KEYS',
    type: Type.String(),
    fallback: '',
    describe: 'file of the keys that may send (docs/access.md); empty: everybody who reaches the door may',
  }),
  ingestOpen: setting({
    env: 'INGEST_OPEN',
    type: Type.Enum(['yes', 'no']),
    fallback: 'no',
    describe: 'yes: whoever reaches the door may send, although it does not listen on loopback',
  }),
  // A year, and time to find out what it lacks. ClickHouse keeps readings for ever; a store that does not needs less.
  maxAgeDays: whole(
    'MAX_AGE_DAYS',
    400,
    1,
    'how old event_time may be, days: at most what ClickHouse keeps, since a window is corrected from its readings',
  ),
  maxBodyBytes: whole('MAX_BODY_BYTES', 8 * mebibyte, 1024, 'largest request body as sent, bytes'),
  maxDecompressedBytes: whole(
    'MAX_DECOMPRESSED_BYTES',
    32 * mebibyte,
    1024,
    'largest body decompressed, bytes',
  ),
  maxDecompressionRatio: whole(
    'MAX_DECOMPRESSION_RATIO',
    200,
    1,
    'bytes that one byte of a compressed body may become, above 1 MiB',
  ),
  maxItems: whole('MAX_ITEMS', 50_000, 1, 'most readings or assets in one request'),
  maxInFlightBytes: whole(
    'MAX_IN_FLIGHT_BYTES',
    48 * mebibyte,
    1024,
    'bytes held for senders at once, from the first byte of a body to the acknowledgement; half of it for any one',
  ),
  requestsPerMinute: whole(
    'RATE_LIMIT_PER_MINUTE',
    60_000,
    0,
    'requests a key, or without keys an address, may send a minute; 0: no limit',
  ),
  produceLingerMs: whole('PRODUCE_LINGER_MS', 5, 0, 'how long a message waits for company, ms'),
  produceTimeoutMs: whole(
    'PRODUCE_TIMEOUT_MS',
    10_000,
    100,
    "how long to wait for Kafka's acknowledgement, ms",
  ),
  simulator: setting({
    env: 'SIMULATOR',
    type: Type.Enum(['on', 'off']),
    fallback: 'off',
    describe: 'whether the simulated province sends readings: on or off',
  }),
  simulatorScale: setting({
    env: 'SIMULATOR_SCALE',
    type: Type.Number({ exclusiveMinimum: 0 }),
    fallback: 1,
    describe: 'number of simulated assets, relative to the default',
  }),
  simulatorSeed: whole('SIMULATOR_SEED', 1, 0, 'seed of the simulated province'),
} satisfies Settings

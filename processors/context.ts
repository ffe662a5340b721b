import type { ClickHouseClient } from '@clickhouse/client'
import type { Kafka } from 'kafkajs'
import { Type } from 'typebox'
import type { SchemaRegistry } from '../platform/avro/schema-registry.ts'
import { registrySettings } from '../platform/avro/schema-registry.ts'
import { clickhouseSettings } from '../platform/clickhouse/clickhouse-client.ts'
import type { Clock } from '../platform/clock.ts'
import { type Config, setting } from '../platform/config.ts'
import type { Logs } from '../platform/epochs/open-log.ts'
import { kafkaSettings } from '../platform/kafka/kafka-client.ts'
import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { LogReader } from '../platform/ready/log-lag.ts'
import { readySettings } from '../platform/ready/ready-settings.ts'
import { alertingSettings } from './alerting/alerting-settings.ts'
import { parseWindows, type WindowSpecs } from './windows/window-spec.ts'

export const processorSettings = {
  ...kafkaSettings,
  ...registrySettings,
  ...clickhouseSettings,
  ...readySettings,
  ...alertingSettings,
  windows: setting({
    env: 'WINDOWS',
    type: Type.String(),
    fallback: '',
    parse: text => {
      parseWindows(text)
      return text
    },
    describe: 'window size / allowed lateness per record type, such as rack=60s/30s,radio_pm=5m/15m',
  }),
  outOfOrdernessMs: setting({
    env: 'OUT_OF_ORDERNESS_MS',
    type: Type.Integer({ minimum: 0 }),
    fallback: 1_000,
    describe: 'how far a reading may lag behind the newest of its partition before time moves on, ms',
  }),
  idleTimeoutMs: setting({
    env: 'IDLE_TIMEOUT_MS',
    type: Type.Integer({ minimum: 1 }),
    fallback: 10_000,
    describe:
      'a partition at the end of its log with nothing new for this long advances by the clock, ms of wall time',
  }),
  emitEveryMs: setting({
    env: 'EMIT_EVERY_MS',
    type: Type.Integer({ minimum: 10 }),
    fallback: 1_000,
    describe: 'how often open windows that changed are emitted, ms of wall time',
  }),
  correctSettleMs: setting({
    env: 'CORRECT_SETTLE_MS',
    type: Type.Integer({ minimum: 0 }),
    fallback: 2_000,
    describe: 'a window is corrected once no reading came late for it for this long, ms of wall time',
  }),
  correctLongestWaitMs: setting({
    env: 'CORRECT_LONGEST_WAIT_MS',
    type: Type.Integer({ minimum: 0 }),
    fallback: 15_000,
    describe: 'a window for which readings keep coming late is corrected after this long, ms of wall time',
  }),
  censusWindow: setting({
    env: 'CENSUS_WINDOW',
    type: Type.Integer({ minimum: 1_000 }),
    fallback: 60_000,
    describe: 'how often the census runs, ms of event time',
  }),
  censusCorrectWindows: setting({
    env: 'CENSUS_CORRECT_WINDOWS',
    type: Type.Integer({ minimum: 1 }),
    fallback: 10_080,
    describe: 'how many windows back the census is taken again when readings come late, and after a pause',
  }),
}

/** What a processor is given. */
export interface ProcessorContext {
  readonly config: Config<typeof processorSettings>
  readonly kafka: Kafka
  /** Which logs the topics are; known once the processor is started. */
  readonly logs: Logs
  readonly registry: SchemaRegistry
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly windows: WindowSpecs
  readonly clock: Clock
  /** Event time per wall time; 1 outside simulated runs. */
  readonly clockSpeed: number
  readonly log: Log
  readonly metrics: Metrics
  /** Takes what reads a log here: the process is not ready while it is far behind. */
  readonly watch: (reader: LogReader) => void
  /** Ends the process with an error. */
  readonly fail: (error: unknown) => void
}

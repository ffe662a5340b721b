import type { Resource } from '../platform/lifecycle.ts'
import { recordIds } from '../schemas/records/record.ts'
import { telemetryTopic, topicNames } from '../schemas/topics.ts'
import { aggregate } from './aggregate/aggregate.ts'
import { alerting } from './alerting/alerting.ts'
import { archive, logOpener } from './archive/archive.ts'
import { census } from './census/census.ts'
import type { ProcessorContext } from './context.ts'
import { correct } from './correct/correct.ts'
import { rollup } from './rollup/rollup.ts'

export interface Processor {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly build: (context: ProcessorContext) => readonly Resource[]
  /** What it does before it is known which logs the topics are. */
  readonly prepare?: (context: ProcessorContext) => readonly Resource[]
}

const telemetry = recordIds.map(telemetryTopic)
const { partial, late, regional, assets, rejected, redriven, epochs } = topicNames
const { alerts, alertCommands, silences, alertRules } = topicNames

/** What consumes what and emits what. */
export const topology = {
  aggregate: { reads: telemetry, writes: [partial, late], build: aggregate },
  rollup: { reads: [partial, assets], writes: [regional, late], build: rollup },
  correct: { reads: [late, assets, 'ClickHouse'], writes: [regional], build: correct },
  archive: {
    reads: [
      ...telemetry,
      rejected,
      redriven,
      assets,
      late,
      regional,
      alerts,
      silences,
      alertCommands,
      epochs,
    ],
    writes: ['ClickHouse', rejected, late, epochs, assets, alerts, silences],
    build: archive,
    prepare: logOpener,
  },
  census: { reads: ['ClickHouse'], writes: [regional], build: census },
  alerting: { reads: [regional, alertCommands], writes: [alerts, silences, alertRules], build: alerting },
} satisfies Record<string, Processor>

export type ProcessorName = keyof typeof topology

export function isProcessorName(text: string): text is ProcessorName {
  return Object.hasOwn(topology, text)
}

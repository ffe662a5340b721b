import { type RecordId, recordIds } from './records/record.ts'

export interface Topic {
  readonly name: string
  readonly partitions: number
  readonly cleanup: 'delete' | 'compact'
  readonly retentionMs: number
  /** Only full segments are compacted: smaller ones where much is replaced and all is read at a start. */
  readonly segmentBytes?: number
  /** File in schemas/avro, without extension: the schema of the value. */
  readonly schema: string
  readonly doc: string
}

const hour = 3_600_000
const day = 24 * hour
const mebibyte = 1_048_576

/** More partitions where more assets report: one aggregate task each. */
const telemetryPartitions: Readonly<Record<RecordId, number>> = {
  radio_pm: 4,
  radio_alarm: 2,
  rack: 4,
  facility: 2,
  grid_inspection: 2,
  grid_defect: 2,
  parking: 4,
}

export function telemetryTopic(record: RecordId): string {
  return `telemetry.${record}`
}

export const topicNames = {
  rejected: 'telemetry.rejected',
  redriven: 'telemetry.redriven',
  assets: 'registry.assets',
  partial: 'kpi.partial',
  late: 'kpi.late',
  regional: 'kpi.regional',
  kiosks: 'access.kiosks',
  alerts: 'alert.events',
  alertCommands: 'alert.commands',
  silences: 'alert.silences',
  alertState: 'alert.state',
  alertRules: 'alert.rules',
  notifications: 'alert.notifications',
} as const

/** Every topic. Names are fixed; partitions and retention are the local defaults. */
export const topics: readonly Topic[] = [
  ...recordIds.map(
    (record): Topic => ({
      name: telemetryTopic(record),
      partitions: telemetryPartitions[record],
      cleanup: 'delete',
      retentionMs: 7 * day,
      schema: record,
      doc: 'Accepted readings; key = asset_id',
    }),
  ),
  {
    name: topicNames.rejected,
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 30 * day,
    schema: 'rejected',
    doc: 'Dead letters: what was refused, and why',
  },
  {
    name: topicNames.redriven,
    partitions: 1,
    cleanup: 'delete',
    // Outlives the dead letters it speaks of, whose last segments stay a week longer than their retention.
    retentionMs: 60 * day,
    schema: 'redriven',
    doc: 'Dead letters that were sent again and accepted; key = partition-offset in telemetry.rejected',
  },
  {
    name: topicNames.assets,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    schema: 'asset',
    doc: 'Asset registry; key = asset_id, the last one wins',
  },
  {
    name: topicNames.partial,
    partitions: 4,
    cleanup: 'delete',
    retentionMs: 2 * day,
    schema: 'kpi_partial',
    doc: 'County measures of one input partition and window; partition = window number mod partitions',
  },
  {
    name: topicNames.late,
    partitions: 4,
    cleanup: 'delete',
    retentionMs: 30 * day,
    schema: 'kpi_late',
    doc: 'Windows that readings reached after closing; partition = window number mod partitions',
  },
  {
    name: topicNames.regional,
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 2 * day,
    schema: 'kpi_regional',
    doc: 'KPIs of one region and window; one partition, so the offset is the stream position',
  },
  {
    name: topicNames.kiosks,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    schema: 'kiosk',
    doc: 'Screens with a token of their own; key = kiosk_id, the last one wins',
  },
  {
    name: topicNames.alerts,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentBytes: 32 * mebibyte,
    schema: 'alert_event',
    doc: 'Alerts as they stand; key = alert_id, the greatest version holds',
  },
  {
    name: topicNames.silences,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    schema: 'alert_silence',
    doc: 'Silences and maintenance windows; key = silence_id, the last one wins',
  },
  {
    name: topicNames.alertState,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentBytes: 32 * mebibyte,
    schema: 'alert_state',
    doc: 'What alerting knows of one rule in one region; key = rule|region',
  },
  {
    name: topicNames.alertRules,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    schema: 'alert_rules',
    doc: 'Rules that alerting runs, and rules files that it could not read; key = name',
  },
  {
    name: topicNames.notifications,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentBytes: 32 * mebibyte,
    schema: 'alert_notification',
    doc: 'What receivers are to be told and were told; key = receiver|alert_id|transition, the last one wins',
  },
  {
    name: topicNames.alertCommands,
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 30 * day,
    schema: 'alert_command',
    doc: 'What people do about alerts; key = alert_id or silence_id',
  },
]

export function topicOf(name: string): Topic {
  const topic = topics.find(candidate => candidate.name === name)
  if (!topic) throw new Error(`no such topic: ${name}`)
  return topic
}

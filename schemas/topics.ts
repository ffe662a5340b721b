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
  /** No message of it is larger, key included; tests/schemas/largest-messages.test.ts makes the largest. Bytes. */
  readonly largestBytes: number
  /** Whoever makes its largest message, and what bounds that. */
  readonly boundedBy: string
}

/**
 * No message that is sent is larger. Brokers take a record batch of 1,048,588 bytes (message.max.bytes of Kafka, its default
 * everywhere); what the format adds to one message stays far below the difference. Bytes.
 */
export const mostMessageBytes = 1_000_000

const hour = 3_600_000
const day = 24 * hour
const mebibyte = 1_048_576
const kibibyte = 1_024

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

/** The record type whose readings a topic holds. */
export function recordOf(topic: string): RecordId | undefined {
  return recordIds.find(id => telemetryTopic(id) === topic)
}

export const topicNames = {
  rejected: 'telemetry.rejected',
  redriven: 'telemetry.redriven',
  assets: 'registry.assets',
  partial: 'kpi.partial',
  late: 'kpi.late',
  regional: 'kpi.regional',
  epochs: 'log.epochs',
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
      largestBytes: 32 * kibibyte,
      boundedBy: 'A device: texts of 1,024 characters, fields that the record has',
    }),
  ),
  {
    name: topicNames.rejected,
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 30 * day,
    schema: 'rejected',
    doc: 'Dead letters: what was refused, and why',
    largestBytes: 800 * kibibyte,
    boundedBy:
      'A device: 65,536 characters of what it sent. The archive: 512 KiB of a message that ClickHouse refuses; of a larger one its place and size',
  },
  {
    name: topicNames.redriven,
    partitions: 1,
    cleanup: 'delete',
    // Outlives the dead letters it speaks of, whose last segments stay a week longer than their retention.
    retentionMs: 60 * day,
    schema: 'redriven',
    doc: 'Dead letters that were sent again and accepted; key = partition-offset in telemetry.rejected',
    largestBytes: 4 * kibibyte,
    boundedBy: 'Names and numbers only',
  },
  {
    name: topicNames.assets,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    schema: 'asset',
    doc: 'Asset registry; key = asset_id, the last one wins',
    largestBytes: 32 * kibibyte,
    boundedBy: 'Who registers assets: texts of 1,024 characters',
  },
  {
    name: topicNames.partial,
    partitions: 4,
    cleanup: 'delete',
    retentionMs: 2 * day,
    schema: 'kpi_partial',
    doc: 'County measures of one input partition and window; partition = window number mod partitions',
    largestBytes: 256 * kibibyte,
    boundedBy: 'Counties of the province times measures of the record',
  },
  {
    name: topicNames.late,
    partitions: 4,
    cleanup: 'delete',
    retentionMs: 30 * day,
    schema: 'kpi_late',
    doc: 'Windows that readings reached after closing; partition = window number mod partitions',
    largestBytes: 4 * kibibyte,
    boundedBy: 'Names and numbers only',
  },
  {
    name: topicNames.regional,
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 2 * day,
    schema: 'kpi_regional',
    doc: 'KPIs of one region and window; one partition, so the offset is the stream position',
    largestBytes: 64 * kibibyte,
    boundedBy:
      'Measures and KPIs of the record, and a range of offsets for each of at most 1,000 input partitions',
  },
  {
    name: topicNames.epochs,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    schema: 'log_epoch',
    doc: 'Which log each topic is, and where its places begin; key = topic, of one log the first one holds',
    largestBytes: 4 * kibibyte,
    boundedBy: 'Names and numbers only',
  },
  {
    name: topicNames.kiosks,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    schema: 'kiosk',
    doc: 'Screens with a token of their own; key = kiosk_id, the last one wins',
    largestBytes: 16 * kibibyte,
    boundedBy: 'An admin: 200 regions; a name of 256 characters',
  },
  {
    name: topicNames.alerts,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentBytes: 32 * mebibyte,
    schema: 'alert_event',
    doc: 'Alerts as they stand; key = alert_id, the greatest version holds',
    largestBytes: 950 * kibibyte,
    boundedBy:
      'Operators: 500 things done about an alert, of what they said the newest 30,000 characters whole; 1,000 silences. The rule: 200 lines, labels and texts as rules may have them',
  },
  {
    name: topicNames.silences,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    schema: 'alert_silence',
    doc: 'Silences and maintenance windows; key = silence_id, the last one wins',
    largestBytes: 32 * kibibyte,
    boundedBy: 'An operator: 20 matchers of 200 characters, 200 regions, a reason of 500 characters',
  },
  {
    name: topicNames.alertState,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentBytes: 32 * mebibyte,
    schema: 'alert_state',
    doc: 'What alerting knows of one rule in one region; key = rule|region',
    largestBytes: 800 * kibibyte,
    boundedBy: 'ALERT_KEEP_WINDOWS: at most 1,440, twice as many provisional ones',
  },
  {
    name: topicNames.alertRules,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    schema: 'alert_rules',
    doc: 'Rules that alerting runs, and rules files that it could not read; key = name',
    largestBytes: 320 * kibibyte,
    boundedBy:
      'Who writes rules: what labels, texts and names of a rule may be; 20 mistakes of 1,000 characters',
  },
  {
    name: topicNames.notifications,
    partitions: 1,
    cleanup: 'compact',
    retentionMs: -1,
    segmentBytes: 32 * mebibyte,
    schema: 'alert_notification',
    doc: 'What receivers are to be told and were told; key = receiver|alert_id|transition, the last one wins',
    largestBytes: 600 * kibibyte,
    boundedBy: 'As alert.events, with the newest 50 lines of the history',
  },
  {
    name: topicNames.alertCommands,
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 30 * day,
    schema: 'alert_command',
    doc: 'What people do about alerts; key = alert_id or silence_id',
    largestBytes: 32 * kibibyte,
    boundedBy: 'An operator: a note of 2,000 characters, or a silence; a request has 64 KiB',
  },
]

/** Topics of which `log.epochs` says which log they are: all others. */
export const openedTopics: readonly string[] = topics
  .map(({ name }) => name)
  .filter(name => name !== topicNames.epochs)

export function topicOf(name: string): Topic {
  const topic = topics.find(candidate => candidate.name === name)
  if (!topic) throw new Error(`no such topic: ${name}`)
  return topic
}

/** docs/topics.md */
export function topicTable(): string {
  const size = (bytes: number): string => `${Math.ceil(bytes / kibibyte)} KiB`
  const kept = ({ cleanup, retentionMs }: Topic): string =>
    cleanup === 'compact' ? 'the last of each key' : `${retentionMs / day} days`
  return [
    '# Topics',
    '',
    '<!-- Generated by npm run generate from schemas/topics.ts -->',
    '',
    `Brokers refuse a message above \`message.max.bytes\`, 1,048,588 bytes by default; no message that is sent here is larger than`,
    `${mostMessageBytes.toLocaleString('en-US')}. What bounds the messages of each topic stands below, and a test makes the largest of each.`,
    'Every producer looks all the same: what is larger is never sent, but named with topic, key and size (`message_too_large`).',
    'Ingest and the api refuse the request, alerting leaves that one message out and goes on; both count it. A broker that is set',
    'to take less than this has to be set to take it.',
    '',
    '| topic | holds | kept | largest message | made by, bounded by |',
    '|---|---|---|---|---|',
    ...topics.map(
      topic =>
        `| \`${topic.name}\` | ${topic.doc.replaceAll('|', '\\|')} | ${kept(topic)} | ${size(topic.largestBytes)} | ${topic.boundedBy} |`,
    ),
    '',
  ].join('\n')
}

import { describe, expect, test } from 'vitest'
import { deadLetter, maxPayloadLength } from '../../ingest/pipeline/dead-letter.ts'
import { maxTextLength } from '../../ingest/pipeline/field-form.ts'
import { Refusal } from '../../ingest/pipeline/refusal.ts'
import { parseSchema, schemaText } from '../../platform/avro/avro-schemas.ts'
import { mostKeptWindows } from '../../processors/alerting/alerting-settings.ts'
import { withEntry } from '../../processors/alerting/book/history.ts'
import { NotificationLedger } from '../../processors/alerting/out/notification-ledger.ts'
import { publishedRules } from '../../processors/alerting/reload/loaded-rules.ts'
import { annotationKeys, longest, most } from '../../processors/alerting/rules/rule-keys.ts'
import { rejectedOf } from '../../processors/archive/dead-letters.ts'
import type { Alert } from '../../schemas/alerts/alert.ts'
import { type AlertCommand, mostCommands } from '../../schemas/alerts/alert-command.ts'
import type { Rule } from '../../schemas/alerts/rule.ts'
import { mostSilences, type Silence } from '../../schemas/alerts/silence.ts'
import { kpis } from '../../schemas/kpis/kpis.ts'
import { measureSets } from '../../schemas/measures/measures.ts'
import { recordIds } from '../../schemas/records/record.ts'
import { fieldsOf, records } from '../../schemas/records/records.ts'
import { regions } from '../../schemas/regions/regions.ts'
import { mostMessageBytes, telemetryTopic, topicNames, topicOf, topics } from '../../schemas/topics.ts'
import { alert } from '../api/alerts/alerts.ts'
import { hot } from '../processors/alerting/engine/told-county.ts'

/** Three bytes each as UTF-8. */
const wide = (length: number): string => '县'.repeat(length)
/** Six bytes each as JSON, and one as UTF-8. */
const escaped = (length: number): string => '\u0001'.repeat(length)
const uuid = '00000000-0000-8000-8000-000000000000'
const time = 6_942_326_400_000
const large = 2 ** 52
/** As a token may name somebody. */
const longestName = 256
const codes = regions.map(({ code }) => code)
const alertId = `${'R'.repeat(longest.name)}:circle-shenghui:20260301T040000Z-99`

function bytesOf(topic: string, key: string, value: object): number {
  const { schema } = topicOf(topic)
  return parseSchema(schemaText(schema)).toBuffer(value).length + Buffer.byteLength(key) + 64
}

/** An alert about which everything was done that may be, in one script. */
function largestAlert(text: (length: number) => string): Alert {
  let largest = alert({
    alert_id: alertId,
    rule: 'R'.repeat(longest.name),
    rule_group: text(longest.name),
    labels: Object.fromEntries(
      Array.from({ length: most.labels }, (_, n) => [`l${'x'.repeat(60)}${n}`, text(longest.label)]),
    ),
    annotations: Object.fromEntries(annotationKeys.map(name => [name, text(longest.rendered)])),
    silenced_by: Array.from({ length: mostSilences }, () => uuid),
    acknowledged_by: text(longestName),
    assigned_to: text(200),
    closed_by: text(longestName),
    history: [],
  })
  for (let n = 0; n < 300; n++) {
    const by = n % 2 === 0 ? text(longestName) : null
    const note = by === null ? Array.from({ length: 5 }, () => uuid).join(', ') : text(500)
    largest = withEntry(largest, 'silenced', {
      at: time,
      by,
      note,
      window: { start: time, revision: 2 ** 30 },
    })
  }
  for (let n = 0; n < mostCommands; n++) {
    const said = { at: time, by: text(longestName), note: text(2_000), commandId: uuid }
    largest = withEntry(largest, 'acknowledged', said)
  }
  return largest
}

const silence = (text: (length: number) => string): Silence => ({
  silence_id: uuid,
  kind: 'maintenance',
  regions: codes,
  matchers: Array.from({ length: 20 }, () => ({
    label: 'x'.repeat(64),
    op: '!~' as const,
    value: text(200),
  })),
  starts_at: time,
  ends_at: time,
  reason: text(500),
  created_by: text(longestName),
  created_at: time,
  cancelled_by: text(longestName),
  cancelled_at: time,
})

const command: AlertCommand = {
  command_id: uuid,
  at: time,
  by: wide(longestName),
  action: 'dispatch',
  alert_id: alertId,
  note: wide(2_000),
  assigned_to: wide(200),
  due_at: time,
  silence: silence(wide),
}

function largestRule(text: (length: number) => string): Rule {
  return {
    ...hot,
    name: 'R'.repeat(longest.name),
    group: text(longest.name),
    scope: { regions: codes },
    inhibits: { feeds: 'all', rules: Array.from({ length: most.inhibited }, () => 'R'.repeat(longest.name)) },
    labels: largestAlert(text).labels as Record<string, string>,
    annotations: Object.fromEntries(annotationKeys.map(name => [name, text(longest.annotation)])),
  }
}

const error = Array.from({ length: 21 }, () => wide(1_000)).join('\n')
const ruleOf = (text: (length: number) => string): object => ({
  ...publishedRules({ rules: [{ rule: largestRule(text), file: wide(1_000) }], errors: new Map() }, time)[0],
  error,
})

const notified = (text: (length: number) => string): object =>
  new NotificationLedger([]).next(`webhook:${'h'.repeat(260)}`, largestAlert(text), 'escalated', time)

const state = {
  rule: 'R'.repeat(longest.name),
  region: 'circle-shenghui',
  through: large,
  judged_by: 'x'.repeat(1_000),
  series: JSON.stringify({
    base: { through: time, open: null },
    windows: Array.from({ length: 2 * mostKeptWindows }, () => ({
      start: time,
      end: time,
      value: -1.234567890123e-300,
      coverage: 0.1234567890123456,
      status: 'provisional',
      revision: 2 ** 30,
      version: large,
    })),
  }),
}

const asset = {
  ...Object.fromEntries(
    ['asset_id', 'record', 'kind', 'county', 'name', 'source_dataset', 'source_id'].map(name => [
      name,
      wide(maxTextLength),
    ]),
  ),
  ...Object.fromEntries(['lat', 'lon', 'capacity', 'length_km', 'voltage_kv'].map(name => [name, 1.5])),
  ...Object.fromEntries(
    ['period_s', 'commissioned_at', 'retired_at', 'updated_at'].map(name => [name, time]),
  ),
}

const counties = codes.filter(code => regions.find(region => region.code === code)?.level === 'county')
const mostMeasures = Math.max(...recordIds.map(id => measureSets[id].measures.length))
const ofCounties = counties.map(() => large)
const place = { record: 'grid_inspection', window_start: time, window_ms: 86_400_000, through_offset: large }

const partial = {
  ...place,
  partition: 2 ** 30,
  partitions: 2 ** 30,
  kind: 'closed',
  first_offset: large,
  county: counties,
  assets: ofCounties,
  readings: ofCounties,
  duplicates: ofCounties,
  event_time_max: ofCounties,
  measures: counties.flatMap(() => Array.from({ length: mostMeasures }, () => 1.5)),
}

const regional = {
  ...place,
  region: 'circle-shenghui',
  level: 'province',
  window_end: time,
  status: 'corrected',
  revision: 2 ** 30,
  version: large,
  coverage: 0.5,
  assets: large,
  expected: 1.5,
  readings: large,
  duplicates: large,
  event_time_max: time,
  computed_at: time,
  reason: 'repartition',
  late_readings: large,
  measures: Array.from({ length: mostMeasures }, () => 1.5),
  kpis: kpis.map(({ id }) => ({ kpi: id, value: 1.5, numerator: 1.5, denominator: 1.5 })),
  lineage: Array.from({ length: 1_000 }, () => ({
    partition: 1_000,
    from_offset: large,
    through_offset: large,
  })),
}

function reading(id: (typeof recordIds)[number]): object {
  return Object.fromEntries(
    fieldsOf(records[id]).map(field => {
      if (field.type === 'enum') return [field.name, field.values[0]]
      if (field.type === 'string') return [field.name, wide(maxTextLength)]
      if (field.type === 'boolean') return [field.name, true]
      return [field.name, field.type === 'double' ? 1.5 : time]
    }),
  )
}

const refusal = new Refusal('malformed_json', wide(5_000))
const sent = { asset_id: wide(300), source: wide(300), text: wide(maxPayloadLength) }
const refused = (bytes: number): object =>
  rejectedOf(
    telemetryTopic('grid_inspection'),
    {
      partition: 0,
      offset: 1,
      key: Buffer.from(wide(5_000)),
      value: Buffer.alloc(bytes),
      timestamp: String(time),
    },
    wide(5_000),
  )

const {
  rejected,
  redriven,
  assets,
  late,
  epochs,
  kiosks,
  alerts,
  silences,
  alertState,
  alertRules,
  notifications,
  alertCommands,
} = topicNames
const letter = {
  rejected_partition: 2 ** 30,
  rejected_offset: large,
  record: wide(256),
  code: wide(256),
  redriven_at: time,
}
const notice = {
  ...place,
  county: '370102',
  partition: 2 ** 30,
  from_offset: large,
  readings: large,
  noticed_by: 'repartition',
}
/** Kafka allows names of topics of 249 characters; its ids have 22. */
const logEpoch = { topic: wide(249), log: wide(64), base: large, closed_until: time, opened_at: time }
const kiosk = {
  kiosk_id: uuid,
  wall: 'w'.repeat(64),
  regions: codes,
  created_by: wide(longestName),
  created_at: time,
  expires_at: time,
  revoked_by: wide(longestName),
  revoked_at: time,
}

/** The largest messages of each topic that anybody can have made. */
const largest: readonly (readonly [topic: string, key: string, value: object])[] = [
  ...recordIds.map(id => [telemetryTopic(id), wide(maxTextLength), reading(id)] as const),
  [rejected, wide(256), deadLetter('grid_inspection', sent, refusal, null, time)],
  [rejected, wide(256), refused(512 * 1024)],
  [rejected, wide(256), refused(mostMessageBytes)],
  [redriven, '999-999999999999', letter],
  [assets, wide(maxTextLength), asset],
  [topicNames.partial, 'grid_inspection|9999999999999', partial],
  [late, 'grid_inspection|370102|9999999999999', notice],
  [topicNames.regional, 'circle-shenghui|grid_inspection|9999999999999', regional],
  [kiosks, uuid, kiosk],
  [epochs, wide(249), logEpoch],
  [alerts, alertId, largestAlert(wide)],
  [silences, uuid, silence(wide)],
  [alertState, alertId, state],
  [alertRules, wide(1_000), ruleOf(wide)],
  [alertRules, wide(1_000), ruleOf(escaped)],
  [notifications, `${alertId}${alertId}${alertId}`, notified(wide)],
  [notifications, `${alertId}${alertId}${alertId}`, notified(escaped)],
  [alertCommands, alertId, command],
]

describe('the largest message', () => {
  test.each(largest)(
    'of %s is as large as its topic says, and smaller than what is sent',
    (topic, key, value) => {
      const { largestBytes } = topicOf(topic)
      expect(bytesOf(topic, key, value)).toBeLessThanOrEqual(largestBytes)
      expect(largestBytes).toBeLessThanOrEqual(mostMessageBytes)
    },
  )

  test('is known of every topic', () => {
    const made = new Set(largest.map(([topic]) => topic))
    expect(topics.filter(({ name }) => !made.has(name))).toEqual([])
  })
})

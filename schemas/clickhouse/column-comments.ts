import type { Condition, Measure, Quantity } from '../measures/measure.ts'
import { measureSets } from '../measures/measures.ts'
import type { RecordId } from '../records/record.ts'
import { fieldsOf, records } from '../records/records.ts'

export type ColumnComments = Readonly<Record<string, string>>

/** What columns are, for people who look at the database: by name, where a view does not say otherwise. */
export const columnComments: ColumnComments = {
  // KPIs, measures and their windows
  kpi: 'KPI; its names, unit and formula are in kpis',
  region: 'Code of the region: GB/T 2260 (county six digits, city dddd00, province 370000) or circle-…',
  region_zh: 'Chinese name of the region',
  region_en: 'English name of the region',
  level: 'Level of the region: county, city, circle or province',
  parent: 'Code of the region above; null for the province',
  county: 'GB/T 2260 county code, six digits',
  window_start: 'Start of the window, UTC',
  window_end: 'End of the window, exclusive, UTC',
  value: 'Value in the unit of the KPI; null where nothing was measured or the denominator is empty',
  numerator: 'Numerator of the formula, without its scale; to be summed where it is one sum',
  denominator: 'Denominator of the formula; to be summed where it is one sum',
  status: 'final or corrected',
  revision: '1 final, 2 and up corrected',
  version: 'A clock made of the log: of two rows of one key the greater one holds',
  coverage: 'Assets that reported / assets expected, 0 to 1; null where none is expected',
  readings: 'Readings counted',
  computed_at: 'When it was computed',
  reason:
    'Why it was computed again: late, recompute, repartition, restored or registry; null for the first value',
  late_readings: 'Readings that the revision before did not have',
  assets: 'Distinct assets with a usable reading',
  expected: 'Assets expected to report in the window',
  duplicates: 'Readings that came twice and were dropped',
  event_time_max: 'Greatest event time of its readings',
  windows: 'Windows behind the value',
  lineage_partition: 'Partitions that the readings were in',
  lineage_from_offset: 'By partition, the first reading',
  lineage_through_offset: 'By partition, one past the last reading that the revision has seen',
  // Readings and the log
  record: 'Record type, or census',
  asset_id: 'Asset',
  event_time: 'When it was so',
  received_at: 'When ingest received it',
  source: 'Who sent it, as the sender names itself',
  kafka_partition: 'Partition of its topic',
  kafka_offset: 'Place in its partition, over all the logs that the topic was; see log_epochs',
  topic: 'Topic',
  round: 'How often the topic was read again from its beginning',
  through_offset: 'Everything below it is meant',
  stored_at: 'When it was stored',
  log: 'Cluster id and topic id: a topic that was deleted and created again is another log',
  base: 'Place of offset 0 of this log, beyond every place in the logs before',
  closed_until: 'Windows until here may have readings in a log before this one',
  opened_at: 'When the log was first seen',
  code: 'Reason of the refusal, from a closed list',
  message: 'Reason of the refusal, for people',
  payload: 'What was sent, as JSON text',
  rejected_partition: 'Partition of the dead letter in telemetry.rejected',
  rejected_offset: 'Offset of the dead letter in telemetry.rejected',
  redriven_at: 'When it was sent again',
  window_ms: 'Length of the window, ms',
  partition: 'Partition of the late readings',
  from_offset: 'Offset of the first late reading',
  noticed_by: 'Process that noticed it',
  // Assets
  kind: 'site, cell, rack, facility, line or lot',
  name: 'Name',
  lat: 'Latitude, degrees, WGS 84',
  lon: 'Longitude, degrees, WGS 84',
  period_s: 'Expected reporting period, s',
  capacity: 'Capacity: spaces, or kW',
  length_km: 'Length of the line, km',
  voltage_kv: 'Voltage of the line, kV',
  commissioned_at: 'In service from then on; null where it is not known since when',
  expected_from:
    'Without commissioned_at expected from then on: its registration or its first reading, whichever is earlier; null: always',
  former: 'Counties where the asset was before, oldest first, each until a time, exclusive',
  retired_at: 'No longer in service from then on; null while it is',
  source_dataset: 'Of replayed data: the data set it is from',
  source_id: 'Of replayed data: its id there',
  updated_at: 'When this was said',
  last_seen: 'Event time of its newest reading; null: never heard of',
  silent_s: 'Seconds from last_seen until now; null: never heard of',
  last_values: 'The last value that it gave of each field, as text',
  // Alarms and defects
  alarm_id: 'Pairs the raise with the clear',
  severity: 'X.733 perceived severity',
  probable_cause: 'X.733 probable cause',
  specific_problem: 'X.733 specific problem',
  since: 'First raise after the last clear',
  last_report: 'Event time of its last report',
  raised_at: 'First raise',
  cleared_at: 'Next clear; null while it is active',
  active_s: 'Seconds from the raise to the clear; null while it is active',
  reports: 'Reports about it',
  defect_id: 'One defect, however often it is reported',
  grade: 'general (一般), serious (严重) or critical (危急)',
  state: 'State at its last report',
  found_at: 'When it was found',
  closed_at: 'When it was closed; null while it is open',
  open_s: 'Seconds from found_at to closed_at; null while it is open',
  // Corrections
  first_value: 'The value that was told first as final',
  last_value: 'The value that holds now',
  change: 'last_value - first_value',
  revisions: 'Number of the last revision',
  first_told_at: 'When the first value was computed',
  corrected_at: 'When the last value was computed',
  // Alerts
  alert_id: '<rule>:<region>:<first window>',
  rule: 'Rule',
  rule_group: 'Group of the rule',
  feed: 'radio, datacenter, grid or parking',
  labels: 'Labels of the rule and of what it is about',
  annotations: 'Rendered texts: summary_zh, summary_en, …',
  active_since: 'Start of the first window in which the condition held',
  fired_at: 'End of the window with which it fired; null while it never did',
  resolved_at: 'End of the window with which it was over',
  retracted_at: 'When corrected values said that it should never have fired',
  raised_late: 'Corrected values said afterwards that it should have fired',
  threshold: 'What the condition compares with, in the unit of the KPI',
  cell_status: 'Status of the value that was judged: provisional, final or corrected',
  cell_version: 'Version of the value that was judged',
  inhibited_by: 'The alert that says more of the same',
  silenced_by: 'Silences that mute it',
  flapping: 'It comes and goes',
  acknowledged_by: 'Who acknowledged it',
  acknowledged_at: 'When it was acknowledged',
  assigned_to: 'Unit it was dispatched to',
  due_at: 'Until when the unit has time',
  closed_by: 'Who closed it',
  escalations: 'How often it was escalated because nobody acknowledged it in time',
  history: 'What happened to it: when, what, by whom, note, window and revision',
  command_id: 'Applied once, however often it is read',
  at: 'When it was asked for',
  by: 'Who asked for it',
  action: 'ack, dispatch, comment, close, silence or unsilence',
  note: 'In the words of who asked',
  silence_id: 'Silence',
  regions: 'Regions it holds for, each with everything below it',
  matchers: 'Conditions on labels of alerts; none: every alert of the regions',
  starts_at: 'It holds from then on',
  ends_at: 'It holds until then, exclusive',
  created_by: 'Who created it',
  created_at: 'When it was created',
  cancelled_by: 'Who cancelled it',
  cancelled_at: 'When it was cancelled',
}

export function readingComments(id: RecordId): ColumnComments {
  return Object.fromEntries(fieldsOf(records[id]).map(({ name, doc }) => [name, doc]))
}

export function measureComments(id: RecordId): ColumnComments {
  return Object.fromEntries(measureSets[id].measures.map(measure => [measure.id, measureComment(measure)]))
}

const merges = {
  sum: 'Sum of',
  count: 'Readings with',
  max: 'Greatest',
  min: 'Least',
  mean_sum: 'Sum over assets of their mean',
  share_sum: 'Sum over assets, each weighing 1, of the share of its readings that give',
} as const

/** As in `Sum of total_energy_kwh, given it_energy_kwh, kWh`. */
function measureComment({ op, of, given, where, unit }: Measure): string {
  const parts = [
    of === undefined
      ? op === 'count' && where
        ? `Readings with ${conditionText(where)}`
        : 'Readings'
      : `${merges[op]} ${quantityText(of)}`,
    of !== undefined && where && `where ${conditionText(where)}`,
    given && `given ${given.join(', ')}`,
    unit !== '1' && unit,
  ]
  return parts.filter(part => typeof part === 'string').join(', ')
}

function quantityText(quantity: Quantity): string {
  if (typeof quantity === 'string') return quantity
  return Object.entries(quantity)
    .map(([field, factor]) => (factor === 1 ? field : `${factor} × ${field}`))
    .join(' + ')
}

function conditionText(condition: Condition): string {
  if ('is' in condition) return `${condition.field} = ${condition.is}`
  if ('isNot' in condition) return `${condition.field} other than ${condition.isNot}`
  return `${condition.field} from ${condition.between.join(' to ')}`
}

import { recordIds } from '../records/record.ts'
import { records } from '../records/records.ts'
import { alarmsActiveView } from './alarms-view.ts'
import { analystViews } from './analyst-views.ts'
import { measureComments, readingComments } from './column-comments.ts'
import { kpiRollupView } from './kpi-rollup-view.ts'
import { measureTable } from './measure-tables.ts'
import { readingColumns, readingTable } from './reading-tables.ts'
import { receivedTable } from './received-tables.ts'
import { regionNames } from './region-tables.ts'
import type { Table } from './table.ts'
import type { View } from './view.ts'

const assetColumns = [
  'asset_id',
  'record',
  'kind',
  'county',
  'name',
  'lat',
  'lon',
  'period_s',
  'capacity',
  'length_km',
  'voltage_kv',
  'commissioned_at',
  'retired_at',
  'source_dataset',
  'source_id',
  'updated_at',
  'expected_from',
  'former',
]

const kpiColumns = [
  'kpi',
  'region',
  'level',
  'window_start',
  'window_end',
  'value',
  'numerator',
  'denominator',
  'status',
  'revision',
  'version',
  'coverage',
  'readings',
  'computed_at',
  'reason',
  'late_readings',
  'record',
  'assets',
  'expected',
  'duplicates',
  'event_time_max',
  'lineage_partition',
  'lineage_from_offset',
  'lineage_through_offset',
]

const rejectedColumns = [
  'record',
  'asset_id',
  'event_time',
  'received_at',
  'source',
  'code',
  'message',
  'payload',
  'kafka_partition',
  'kafka_offset',
]

const redrivenColumns = ['rejected_partition', 'rejected_offset', 'record', 'code', 'redriven_at']

const archivedColumns = ['topic', 'kafka_partition', 'round', 'through_offset', 'stored_at']

const logEpochColumns = ['topic', 'log', 'base', 'closed_until', 'opened_at']

const lateColumns = [
  'record',
  'county',
  'window_start',
  'window_ms',
  'partition',
  'from_offset',
  'through_offset',
  'readings',
  'noticed_by',
]

const alertColumns = [
  'alert_id',
  'version',
  'rule',
  'rule_group',
  'kpi',
  'feed',
  'region',
  'level',
  'severity',
  'state',
  'labels',
  'annotations',
  'active_since',
  'fired_at',
  'resolved_at',
  'retracted_at',
  'raised_late',
  'window_start',
  'window_end',
  'value',
  'threshold',
  'coverage',
  'cell_status',
  'revision',
  'cell_version',
  'inhibited_by',
  'silenced_by',
  'flapping',
  'acknowledged_by',
  'acknowledged_at',
  'assigned_to',
  'due_at',
  'closed_by',
  'closed_at',
  'escalations',
  'updated_at',
  'history',
]

const alertCommandColumns = [
  'command_id',
  'at',
  'by',
  'action',
  'alert_id',
  'region',
  'note',
  'assigned_to',
  'due_at',
]

const silenceColumns = [
  'silence_id',
  'kind',
  'regions',
  'matchers',
  'starts_at',
  'ends_at',
  'reason',
  'created_by',
  'created_at',
  'cancelled_by',
  'cancelled_at',
]

/**
 * What readers see, repeated inserts already collapsed. A row never moves to another partition of its table,
 * so FINAL merges each partition by itself, and only those that the query reads.
 */
export const views: readonly View[] = [
  ...recordIds.map(id =>
    collapsed(`readings_${id}`, readingColumns(id), {
      table: readingTable(id).name,
      comment: `${records[id].doc}. The first one in the log of each ${readingTable(id).orderBy.join(', ')}`,
      columns: readingComments(id),
    }),
  ),
  ...recordIds.map(id =>
    collapsed(`received_${id}`, namesOf(receivedTable(id)), {
      comment: `Every accepted message of ${id} by its place in the log, repeated ones included`,
    }),
  ),
  collapsed('assets', assetColumns, {
    comment: 'An asset, retired ones included: the last that was said of it',
  }),
  collapsed('rejected', rejectedColumns, {
    comment: 'A dead letter: what was refused at a door, and why',
    columns: { record: 'Record type it was sent as' },
  }),
  collapsed('redriven', redrivenColumns, {
    comment: 'A dead letter that was sent again and accepted',
    columns: { record: 'Record type it was accepted as', code: 'Why it had been refused' },
  }),
  collapsed('late', lateColumns, {
    table: 'late_windows_store',
    comment: 'A window that readings reached after it had closed',
    columns: { readings: 'Late readings', through_offset: 'One past the last late reading' },
  }),
  collapsed('archived', archivedColumns, {
    comment: 'How far each partition of each topic is stored here',
    columns: { through_offset: 'Everything below it is stored, or was gone from the log before it could be' },
  }),
  collapsed('log_epochs', logEpochColumns, { comment: 'A log that a topic was or is' }),
  collapsed('alerts', alertColumns, {
    comment: 'An alert as it stands, with its history',
    columns: {
      severity: 'critical, major, minor or warning',
      state: 'pending, firing, unknown, resolved or retracted',
      window_start: 'Start of the newest window that was judged',
      window_end: 'End of the newest window that was judged',
      value: 'Value of the newest window that was judged',
      coverage: 'Coverage of the newest window that was judged, 0 to 1',
      revision: 'Revision of the newest window that was judged',
      closed_at: 'When somebody closed it',
    },
  }),
  collapsed('alert_commands', alertCommandColumns, { comment: 'What somebody did about an alert' }),
  collapsed('silences', silenceColumns, {
    comment: 'A silence or maintenance window',
    columns: { kind: 'silence or maintenance', reason: 'Why, in the words of who created it' },
  }),
  collapsed('kpi', [...kpiColumns, ...regionNames('region')], {
    table: 'kpi_windows_store',
    comment: 'A KPI of one region and window, last revision',
  }),
  collapsed('kpi_revisions', [...kpiColumns, ...regionNames('region')], {
    table: 'kpi_revisions_windows_store',
    comment: 'A KPI of one region and window, every final and corrected revision',
  }),
  ...recordIds.map(id =>
    collapsed(`measures_${id}`, namesOf(measureTable(id)), {
      table: measureTable(id).name,
      comment: `Measures of ${id} in one county and window, last revision`,
      columns: measureComments(id),
    }),
  ),
  kpiRollupView('kpi_1h'),
  kpiRollupView('kpi_1d'),
  alarmsActiveView,
  ...analystViews,
]

interface Collapsed extends Pick<View, 'comment' | 'columns'> {
  /** That it reads; by default `<name>_store`. */
  readonly table?: string
}

function collapsed(
  name: string,
  columns: readonly string[],
  { table = `${name}_store`, ...comments }: Collapsed,
): View {
  return {
    name,
    ...comments,
    query: [
      `SELECT ${columns.join(', ')}`,
      `FROM {database}.${table} FINAL`,
      'SETTINGS do_not_merge_across_partitions_select_final = 1',
    ].join('\n'),
  }
}

function namesOf({ columns }: Table): readonly string[] {
  return columns.map(column => column.name)
}

import { recordIds } from '../records/record.ts'
import { alarmsActiveView } from './alarms-view.ts'
import { analystViews } from './analyst-views.ts'
import { kpiRollupView } from './kpi-rollup-view.ts'
import { measureTable } from './measure-tables.ts'
import { readingColumns, readingTable } from './reading-tables.ts'
import { receivedTable } from './received-tables.ts'
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
  ...recordIds.map(id => collapsed(`readings_${id}`, readingColumns(id), readingTable(id).name)),
  ...recordIds.map(id =>
    collapsed(
      `received_${id}`,
      receivedTable(id).columns.map(column => column.name),
    ),
  ),
  collapsed('assets', assetColumns),
  collapsed('rejected', rejectedColumns),
  collapsed('redriven', redrivenColumns),
  collapsed('late', lateColumns, 'late_windows_store'),
  collapsed('archived', archivedColumns),
  collapsed('log_epochs', logEpochColumns),
  collapsed('alerts', alertColumns),
  collapsed('alert_commands', alertCommandColumns),
  collapsed('silences', silenceColumns),
  collapsed('kpi', kpiColumns, 'kpi_windows_store'),
  collapsed('kpi_revisions', kpiColumns, 'kpi_revisions_windows_store'),
  ...recordIds.map(id =>
    collapsed(
      `measures_${id}`,
      measureTable(id).columns.map(column => column.name),
      measureTable(id).name,
    ),
  ),
  kpiRollupView('kpi_1h'),
  kpiRollupView('kpi_1d'),
  alarmsActiveView,
  ...analystViews,
]

/** @param comment stored with the view; without quotes */
export function createView({ name, query }: View, database: string, comment: string): string {
  const select = query.replaceAll('{database}', database)
  return `CREATE OR REPLACE VIEW ${database}.${name} AS\n${select}\nCOMMENT '${comment}'`
}

function collapsed(name: string, columns: readonly string[], table = `${name}_store`): View {
  return {
    name,
    query: [
      `SELECT ${columns.join(', ')}`,
      `FROM {database}.${table} FINAL`,
      'SETTINGS do_not_merge_across_partitions_select_final = 1',
    ].join('\n'),
  }
}

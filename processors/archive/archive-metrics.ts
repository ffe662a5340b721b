import type { Metrics } from '../../platform/metrics.ts'

export type ArchiveMetrics = ReturnType<typeof archiveMetrics>

export function archiveMetrics(metrics: Metrics) {
  return {
    rows: metrics.counter('insert_rows', 'Rows acknowledged by ClickHouse', ['table']),
    insertSeconds: metrics.histogram(
      'insert_seconds',
      'From the first try of an insert until it was acknowledged',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      ['table'],
    ),
    batches: metrics.counter('batches', 'Tries to insert a batch by outcome', ['table', 'outcome']),
    skipped: metrics.counter('skipped_messages', 'Messages that are not stored, by reason', [
      'topic',
      'reason',
    ]),
    refused: metrics.counter('refused_messages', 'Messages sent to the dead letters', ['topic']),
    gaps: metrics.counter('offset_gaps', 'Times the log held nothing where the archive went on reading', [
      'topic',
    ]),
    restarts: metrics.counter(
      'log_restarts',
      'Partitions read again from the beginning, because ClickHouse no longer held what was archived of them',
      ['topic'],
    ),
    commitFailures: metrics.counter('commit_failures', 'Offsets that were not committed; they come again', [
      'topic',
    ]),
    lag: metrics.gauge('lag_messages', 'Messages of the topic that are not in ClickHouse yet', ['topic']),
  }
}

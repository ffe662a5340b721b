import type { Metrics } from '../../platform/metrics.ts'

export type CensusMetrics = ReturnType<typeof censusMetrics>

export function censusMetrics(metrics: Metrics) {
  return {
    windows: metrics.counter('windows', 'Windows by what became of them', ['census', 'outcome']),
    revisions: metrics.counter('revisions', 'Messages with a new revision of a region', ['census']),
    seconds: metrics.histogram(
      'query_seconds',
      'Time of a census query, for one window or many',
      [0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      ['census'],
    ),
    strange: metrics.counter('unknown_county', 'Counties in a result that do not exist', ['census']),
    late: metrics.counter('late_messages', 'Messages that came after their window was computed', ['census']),
    tooLate: metrics.counter(
      'too_late_messages',
      'Messages whose windows are not computed again, being too long ago',
      ['census'],
    ),
    archiveWait: metrics.gauge(
      'archive_wait_seconds',
      'For how long it has been waiting for the archive to store what was sent by the end of a window, wall time',
      ['census'],
    ),
    waiting: metrics.gauge('waiting_windows', 'Windows that wait to be computed', ['census', 'why']),
  }
}

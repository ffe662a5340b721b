import type { Metrics } from '../../platform/metrics.ts'

export type CorrectMetrics = ReturnType<typeof correctMetrics>

export function correctMetrics(metrics: Metrics) {
  return {
    notices: metrics.counter('notices', 'Late notices taken', ['record', 'noticed_by']),
    lateReadings: metrics.counter('late_readings', 'Readings that came late, as noticed', ['record']),
    windows: metrics.counter('windows', 'Windows looked at again by what came of it', ['record', 'outcome']),
    revisions: metrics.counter('revisions', 'Messages with a new revision of a region', ['record']),
    gaps: metrics.counter('offset_gaps', 'Times the log no longer held the late notices that come next'),
    pending: metrics.gauge('pending_windows', 'Windows that wait to be computed again'),
    oldest: metrics.gauge('oldest_pending_seconds', 'Age of the oldest late notice that is not done'),
    roundSeconds: metrics.histogram(
      'round_seconds',
      'From taking windows until their revisions were acknowledged',
      [0.1, 0.5, 1, 2, 5, 10, 30, 60],
    ),
  }
}

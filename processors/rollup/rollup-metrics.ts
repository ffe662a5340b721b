import type { Metrics } from '../../platform/metrics.ts'

export type RollupMetrics = ReturnType<typeof rollupMetrics>

export function rollupMetrics(metrics: Metrics) {
  return {
    partials: metrics.counter('partials', 'Messages of kpi.partial by record and kind', ['record', 'kind']),
    messages: metrics.counter('regional_messages', 'Messages to kpi.regional by status', ['status']),
    openWindows: metrics.gauge('open_windows', 'Windows held in memory'),
    finalDelay: metrics.histogram(
      'final_delay_seconds',
      'From the end of a window until it was final',
      [1, 2, 5, 10, 20, 60, 120, 300, 900, 3600],
      ['record'],
    ),
  }
}

import type { Metrics } from '../../platform/metrics.ts'

export type AggregateMetrics = ReturnType<typeof aggregateMetrics>

export function aggregateMetrics(metrics: Metrics) {
  return {
    readings: metrics.counter('readings', 'Readings by what became of them', ['record', 'outcome']),
    watermarkDelay: metrics.gauge('watermark_delay_seconds', 'Clock minus watermark', [
      'record',
      'partition',
    ]),
    openWindows: metrics.gauge('open_windows', 'Windows held in memory', ['record', 'partition']),
    stateBytes: metrics.gauge('state_bytes', 'Memory held for open windows and asset keys', [
      'record',
      'partition',
    ]),
    closeDelay: metrics.histogram(
      'window_close_delay_seconds',
      'From the end of a window until it closed',
      [1, 2, 5, 10, 20, 60, 120, 300, 900, 3600],
      ['record'],
    ),
  }
}

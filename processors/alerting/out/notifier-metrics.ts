import type { Metrics } from '../../../platform/metrics.ts'

export type NotifierMetrics = ReturnType<typeof notifierMetrics>

const seconds = [0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 1_800]

export function notifierMetrics(metrics: Metrics) {
  return {
    pending: metrics.gauge('notifications_pending', 'Notifications that a receiver has not taken yet', [
      'receiver',
    ]),
    settled: metrics.counter('notifications', 'Notifications that were delivered, or given up (failed)', [
      'receiver',
      'outcome',
    ]),
    retries: metrics.counter('notification_retries', 'Tries that a receiver did not take', ['receiver']),
    refreshes: metrics.counter('notification_refreshes', 'Times a receiver was told again what is on', [
      'receiver',
      'outcome',
    ]),
    windowToNotice: metrics.histogram(
      'window_to_notification_seconds',
      'From the end of the window to the acknowledgement of the receiver, wall time',
      seconds,
      ['receiver', 'notice'],
    ),
  }
}

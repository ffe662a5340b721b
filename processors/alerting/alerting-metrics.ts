import type { Metrics } from '../../platform/metrics.ts'

export type AlertingMetrics = ReturnType<typeof alertingMetrics>

const seconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800]

export function alertingMetrics(metrics: Metrics) {
  return {
    series: metrics.gauge('series', 'Rules times regions that are judged here'),
    alerts: metrics.gauge('alerts', 'Alerts that are kept', ['state']),
    kept: metrics.gauge('kept', 'What is kept in memory: windows of series, and notices of alerts', ['what']),
    rules: metrics.gauge('rules', 'Rules that are run'),
    mistakes: metrics.gauge(
      'rule_mistakes',
      'Mistakes in the rules files as they are now; above 0 older rules go on',
    ),
    reloads: metrics.counter('rule_loads', 'Times the rules files were read', ['outcome']),
    evaluations: metrics.counter('evaluations', 'Windows that rules judged'),
    tooOld: metrics.counter('windows_too_old', 'Windows that came too late to be judged again'),
    events: metrics.counter('events', 'Values of alerts that were published'),
    lag: metrics.gauge('lag_messages', 'Messages of kpi.regional not judged yet'),
    windowToEvent: metrics.histogram(
      'window_to_event_seconds',
      'From the end of the window to the acknowledged event of the alert that it fired or ended, wall time',
      seconds,
      ['what'],
    ),
    commands: metrics.counter('commands', 'Commands about alerts and silences', ['action', 'outcome']),
    assignments: metrics.counter(
      'assignments',
      'Times kpi.regional was given to this instance: what is known was restored from its topics, or kept because nobody else had it meanwhile',
      ['state'],
    ),
    silencesSetAside: metrics.gauge(
      'silences_set_aside',
      'Silences that are kept and not applied, because their patterns cannot be read or cost too much',
    ),
    failures: metrics.counter('failures', 'What could not be done', ['what']),
  }
}

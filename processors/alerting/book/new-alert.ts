import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { Rule } from '../../../schemas/alerts/rule.ts'
import { feedOf } from '../../../schemas/kpis/kpi.ts'
import type { Level } from '../../../schemas/regions/regions.ts'
import type { Episode } from '../judge/episode.ts'
import { labelsOf, renderAnnotations } from '../rules/template/render-annotations.ts'
import { alertId } from './alert-id.ts'

/** A region that a rule is judged in. */
export interface Place {
  readonly region: string
  readonly level: Level
}

/** An alert about an episode, before anything was said of it. */
export function newAlert(rule: Rule, { region, level }: Place, episode: Episode): Alert {
  const blank: Alert = {
    alert_id: alertId(rule.name, region, episode.activeSince),
    version: 0,
    rule: rule.name,
    rule_group: rule.group,
    kpi: rule.kpi,
    feed: feedOf(rule.kpi),
    region,
    level,
    severity: rule.severity,
    state: 'pending',
    labels: {},
    annotations: {},
    active_since: episode.activeSince,
    fired_at: null,
    resolved_at: null,
    retracted_at: null,
    raised_late: false,
    window_start: episode.last.start,
    window_end: episode.last.end,
    value: null,
    threshold: null,
    coverage: null,
    cell_status: 'provisional',
    revision: 0,
    cell_version: 0,
    inhibited_by: null,
    silenced_by: [],
    flapping: false,
    acknowledged_by: null,
    acknowledged_at: null,
    assigned_to: null,
    due_at: null,
    closed_by: null,
    closed_at: null,
    escalations: 0,
    updated_at: 0,
    history: [],
  }
  return judgedAs(blank, rule, episode)
}

/**
 * The alert as the rule and the newest window of its episode have it. Its texts tell the trouble: once it is over, what
 * they said when it fired.
 */
export function judgedAs(
  alert: Alert,
  rule: Rule,
  { last, activeSince, firedAt, resolvedAt, firedBy, resolvedBy }: Episode,
): Alert {
  const told = resolvedBy && firedBy ? firedBy : last
  return {
    ...alert,
    rule_group: rule.group,
    severity: rule.severity,
    labels: labelsOf(rule, alert.region),
    active_since: activeSince,
    fired_at: firedAt,
    resolved_at: resolvedAt,
    window_start: last.start,
    window_end: last.end,
    value: last.value,
    threshold: rule.condition.threshold,
    coverage: last.coverage,
    cell_status: last.status,
    revision: last.revision,
    cell_version: last.version,
    annotations: renderAnnotations(rule, {
      region: alert.region,
      value: told.value,
      coverage: told.coverage,
      windowStart: told.start,
      windowEnd: told.end,
      activeSince,
    }),
  }
}

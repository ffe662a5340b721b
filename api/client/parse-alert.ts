import { type AlertLine, type AlertState, alertStates } from '../../schemas/alerts/alert.ts'
import { isSeverity, type Severity } from '../../schemas/alerts/severity.ts'
import type { KpiId } from '../../schemas/kpis/kpi.ts'
import { type Feed, feeds } from '../../schemas/records/record.ts'
import type { Level } from '../../schemas/regions/regions.ts'
import { isNumber, isNumberOrNull, isObject } from './json-types.ts'
import { isStatus } from './parse-cell.ts'

/** The alerts of a message; undefined when one of them is not an alert. */
export function parseAlerts(list: unknown): readonly AlertLine[] | undefined {
  if (!Array.isArray(list)) return undefined
  const alerts: AlertLine[] = []
  for (const item of list) {
    const alert = parseAlert(item)
    if (!alert) return undefined
    alerts.push(alert)
  }
  return alerts
}

export function parseAlert(item: unknown): AlertLine | undefined {
  const names = namesOf(item)
  const times = timesOf(item)
  const cell = cellOf(item)
  const people = peopleOf(item)
  return names && times && cell && people ? { ...names, ...times, ...cell, ...people } : undefined
}

function namesOf(item: unknown) {
  if (!isObject(item)) return undefined
  const { alert_id, version, rule, rule_group, kpi, feed, region, level, severity, state } = item
  const labels = textsOf(item.labels)
  const annotations = textsOf(item.annotations)
  const complete =
    isText(alert_id) &&
    isNumber(version) &&
    isText(rule) &&
    isText(rule_group) &&
    isKpiId(kpi) &&
    isFeed(feed) &&
    isText(region) &&
    isLevel(level) &&
    isKnownSeverity(severity) &&
    isState(state) &&
    labels !== undefined &&
    annotations !== undefined
  if (!complete) return undefined
  return {
    alert_id,
    version,
    rule,
    rule_group,
    kpi,
    feed,
    region,
    level,
    severity,
    state,
    labels,
    annotations,
  }
}

function timesOf(item: unknown) {
  if (!isObject(item)) return undefined
  const { active_since, fired_at, resolved_at, retracted_at, raised_late, updated_at } = item
  const complete =
    isNumber(active_since) &&
    isNumberOrNull(fired_at) &&
    isNumberOrNull(resolved_at) &&
    isNumberOrNull(retracted_at) &&
    typeof raised_late === 'boolean' &&
    isNumber(updated_at)
  if (!complete) return undefined
  return { active_since, fired_at, resolved_at, retracted_at, raised_late, updated_at }
}

function cellOf(item: unknown) {
  if (!isObject(item)) return undefined
  const { window_start, window_end, value, threshold, coverage, cell_status, revision, cell_version } = item
  const complete =
    isNumber(window_start) &&
    isNumber(window_end) &&
    isNumberOrNull(value) &&
    isNumberOrNull(threshold) &&
    isNumberOrNull(coverage) &&
    isStatus(cell_status) &&
    isNumber(revision) &&
    isNumber(cell_version)
  if (!complete) return undefined
  return { window_start, window_end, value, threshold, coverage, cell_status, revision, cell_version }
}

function peopleOf(item: unknown) {
  if (!isObject(item)) return undefined
  const { inhibited_by, silenced_by, flapping, acknowledged_by, acknowledged_at, assigned_to, due_at } = item
  const { closed_by, closed_at, escalations } = item
  const complete =
    isTextOrNull(inhibited_by) &&
    isTextList(silenced_by) &&
    typeof flapping === 'boolean' &&
    isTextOrNull(acknowledged_by) &&
    isNumberOrNull(acknowledged_at) &&
    isTextOrNull(assigned_to) &&
    isNumberOrNull(due_at) &&
    isTextOrNull(closed_by) &&
    isNumberOrNull(closed_at) &&
    isNumber(escalations)
  if (!complete) return undefined
  return {
    inhibited_by,
    silenced_by,
    flapping,
    acknowledged_by,
    acknowledged_at,
    assigned_to,
    due_at,
    closed_by,
    closed_at,
    escalations,
  }
}

function textsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined
  const texts: Record<string, string> = {}
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') return undefined
    texts[name] = text
  }
  return texts
}

/** The regions themselves are too much for a client. */
const levels: Readonly<Record<Level, true>> = { county: true, city: true, circle: true, province: true }

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value)
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText)
}

function isFeed(value: unknown): value is Feed {
  return feeds.some(feed => feed === value)
}

function isKpiId(value: unknown): value is KpiId {
  return isText(value) && isFeed(value.slice(0, value.indexOf('.')))
}

function isLevel(value: unknown): value is Level {
  return isText(value) && Object.hasOwn(levels, value)
}

function isKnownSeverity(value: unknown): value is Severity {
  return isText(value) && isSeverity(value)
}

function isState(value: unknown): value is AlertState {
  return alertStates.some(state => state === value)
}

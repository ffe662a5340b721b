import { type AlertDeed, type AlertEntry, type AlertLine, alertDeeds } from '../../../schemas/alerts/alert.ts'
import { isNumber, isNumberOrNull, isObject } from '../../client/json-types.ts'
import { parseAlert, parseAlerts } from '../../client/parse-alert.ts'

/** One alert with its history, and those that it mutes. */
export interface AlertDetail {
  readonly alert: AlertLine
  /** Oldest first. */
  readonly history: readonly AlertEntry[]
  readonly mutes: readonly AlertLine[]
}

export interface Deed {
  readonly at: number
  readonly what: AlertDeed
  readonly by: string
  readonly note: string | null
  readonly alert_id: string
  readonly rule: string
  readonly region: string
}

export interface EndingSilence {
  readonly silence_id: string
  readonly kind: string
  readonly regions: readonly string[]
  readonly ends_at: number
  readonly reason: string
  readonly created_by: string
}

export interface CorrectedKpi {
  readonly kpi: string
  readonly values: number
  readonly regions: number
}

/** What the next shift must know. */
export interface HandOver {
  readonly since: number
  readonly until: number
  readonly fired: readonly AlertLine[]
  readonly open: readonly AlertLine[]
  readonly retracted: readonly AlertLine[]
  readonly raised_late: readonly AlertLine[]
  readonly deeds: readonly Deed[]
  readonly silences_ending: readonly EndingSilence[]
  readonly corrections: readonly CorrectedKpi[]
}

/** `GET /v1/alerts/{id}`; undefined when it is not such an answer. */
export function parseDetail(json: unknown): AlertDetail | undefined {
  if (!isObject(json) || !isObject(json.alert)) return undefined
  const alert = parseAlert(json.alert)
  const history = listOf(json.alert.history, parseEntry)
  const mutes = parseAlerts(json.mutes)
  return alert && history && mutes ? { alert, history, mutes } : undefined
}

/** `GET /v1/handover`. */
export function parseHandOver(json: unknown): HandOver | undefined {
  if (!isObject(json)) return undefined
  const { since, until } = json
  const fired = parseAlerts(json.fired)
  const open = parseAlerts(json.open)
  const retracted = parseAlerts(json.retracted)
  const raised_late = parseAlerts(json.raised_late)
  const deeds = listOf(json.deeds, parseDeed)
  const silences_ending = listOf(json.silences_ending, parseSilence)
  const corrections = listOf(json.corrections, parseCorrected)
  const lists = fired && open && retracted && raised_late && deeds && silences_ending && corrections
  if (!lists || !isNumber(since) || !isNumber(until)) return undefined
  return { since, until, fired, open, retracted, raised_late, deeds, silences_ending, corrections }
}

/** How many rules run, in `GET /v1/rules`. */
export function parseRuleCount(json: unknown): { readonly count: number } | undefined {
  if (!isObject(json) || !Array.isArray(json.rules)) return undefined
  return { count: json.rules.filter(rule => isObject(rule) && isObject(rule.rule)).length }
}

function parseEntry(item: unknown): AlertEntry | undefined {
  if (!isObject(item)) return undefined
  const { at, what, window_start, revision } = item
  const complete = isNumber(at) && isDeed(what) && isNumberOrNull(window_start) && isNumberOrNull(revision)
  if (!complete) return undefined
  const { by, note, command_id } = item
  return { at, what, by: text(by), note: text(note), window_start, revision, command_id: text(command_id) }
}

function parseDeed(item: unknown): Deed | undefined {
  if (!isObject(item)) return undefined
  const { at, what, by, alert_id, rule, region } = item
  const complete =
    isNumber(at) &&
    isDeed(what) &&
    typeof by === 'string' &&
    typeof alert_id === 'string' &&
    typeof rule === 'string' &&
    typeof region === 'string'
  return complete ? { at, what, by, note: text(item.note), alert_id, rule, region } : undefined
}

function parseSilence(item: unknown): EndingSilence | undefined {
  if (!isObject(item)) return undefined
  const { silence_id, kind, ends_at, reason, created_by } = item
  const regions = listOf(item.regions, code => (typeof code === 'string' ? code : undefined))
  const complete =
    typeof silence_id === 'string' &&
    typeof kind === 'string' &&
    isNumber(ends_at) &&
    typeof reason === 'string' &&
    typeof created_by === 'string' &&
    regions !== undefined
  return complete ? { silence_id, kind, regions, ends_at, reason, created_by } : undefined
}

function parseCorrected(item: unknown): CorrectedKpi | undefined {
  if (!isObject(item)) return undefined
  const { kpi, values, regions } = item
  return typeof kpi === 'string' && isNumber(values) && isNumber(regions)
    ? { kpi, values, regions }
    : undefined
}

function listOf<T>(value: unknown, parse: (item: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const list: T[] = []
  for (const item of value) {
    const parsed = parse(item)
    if (parsed === undefined) return undefined
    list.push(parsed)
  }
  return list
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function isDeed(value: unknown): value is AlertDeed {
  return alertDeeds.some(deed => deed === value)
}

import type { AlertLine } from '../../../../schemas/alerts/alert.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'
import { beganAt, endedAt } from '../../state/alerts/alert-board.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { showValue } from '../../text/format-number.ts'
import { showSince } from '../../text/format-time.ts'
import { type Language, nameIn, shortNameIn } from '../../text/language.ts'
import { knownKpi } from '../wall-context.ts'

/**
 * What it is about: the rule's own words, or the region and the KPI. No line ends between a number and what it counts.
 */
export function summaryOf(alert: AlertLine, language: Language): string {
  const text =
    alert.annotations[`summary_${language}`] ??
    `${regionName(alert.region, language)} · ${kpiName(alert, language)}`
  return text.replaceAll(/(?<=\d) (?=\D)/g, '\u00a0')
}

export function regionName(code: string, language: Language): string {
  const region = regionOf(code)
  return region ? shortNameIn(region, language) : code
}

export function kpiName({ kpi }: Pick<AlertLine, 'kpi'>, language: Language): string {
  return nameIn(knownKpi(kpi), language)
}

/** In the KPI's unit; nothing where there is no value. */
export function shownValue(
  { kpi }: Pick<AlertLine, 'kpi'>,
  value: number | null,
  language: Language,
): string {
  const { decimals, unit } = knownKpi(kpi)
  return value === null ? '–' : showValue(value, decimals, unit, language)
}

/** A mark: a word, and what it is for the styles. */
export interface Word {
  readonly kind: 'state' | 'taken' | 'muted' | 'late' | 'urgent'
  readonly text: string
}

/** How it stands, in words; what goes without saying is not said. */
export function wordsOf(alert: AlertLine, now: number | null, language: Language): readonly Word[] {
  const t = alertTexts[language]
  const { state, due_at, silenced_by, inhibited_by } = alert
  const isOver = state === 'resolved' || state === 'retracted'
  const at = (time: number): string => showSince(time, now ?? time, language)
  const words: (Word | false)[] = [
    state !== 'firing' && {
      kind: 'state',
      text: isOver ? `${t.states[state]} ${at(endedAt(alert))}` : t.states[state],
    },
    alert.raised_late && { kind: 'late', text: t.late },
    alert.escalations > 0 && !isOver && { kind: 'urgent', text: t.escalated(alert.escalations) },
    alert.acknowledged_by !== null && { kind: 'taken', text: t.acknowledged(alert.acknowledged_by) },
    alert.assigned_to !== null && { kind: 'taken', text: t.assigned(alert.assigned_to) },
    due_at !== null &&
      !isOver &&
      (now !== null && due_at < now
        ? { kind: 'urgent', text: t.overdue }
        : { kind: 'taken', text: t.due(at(due_at)) }),
    silenced_by.length > 0 && { kind: 'muted', text: t.silenced },
    inhibited_by !== null && { kind: 'muted', text: t.muted },
    alert.flapping && { kind: 'late', text: t.flapping },
    alert.closed_at !== null && { kind: 'muted', text: t.closed },
  ]
  return words.filter(word => word !== false)
}

/** Since when it is somebody's business. */
export function sinceOf(alert: AlertLine, now: number | null, language: Language): string {
  return alertTexts[language].since(showSince(beganAt(alert), now ?? beganAt(alert), language))
}

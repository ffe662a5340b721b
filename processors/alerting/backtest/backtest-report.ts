import type { Rule } from '../../../schemas/alerts/rule.ts'
import { kpiOf } from '../../../schemas/kpis/kpis.ts'
import { textTable } from '../command/text-table.ts'
import { shownDuration } from '../rules/spans.ts'
import { numberInWords, regionName, timeInWords } from '../rules/template/facts-in-words.ts'
import type { Finding } from './finding.ts'

const header = ['alert', 'severity', 'region', 'name', 'fired', 'lasted', 'value', 'state']
const mostRows = 200

export interface Effort {
  /** Windows judged, each once for every rule. */
  readonly windows: number
  readonly ms: number
}

/** What would have fired, for people: every alert, then how many of each rule. Times are those of the province. */
export function backtestText(
  rules: readonly Rule[],
  findings: readonly Finding[],
  { windows, ms }: Effort,
): string {
  const left = findings.length - mostRows
  const counts = rules.map(({ name }) => {
    const own = findings.filter(({ alert }) => alert === name)
    const retracted = own.filter(({ state }) => state === 'retracted').length
    return [name, String(own.length), retracted > 0 ? `${retracted} retracted` : '']
  })
  return [
    textTable(header, findings.slice(0, mostRows).map(rowOf)),
    ...(left > 0 ? [`and ${left} more (--json prints all)`] : []),
    textTable(['rule', 'fired', ''], counts),
    `${windows.toLocaleString('en')} windows judged in ${(ms / 1_000).toFixed(1)} s`,
    '',
  ]
    .filter((part, i) => part !== '' || i > 0)
    .join('\n\n')
    .replace(/\n+$/, '\n')
}

function rowOf({
  alert,
  severity,
  kpi,
  region,
  active_since,
  fired_at,
  resolved_at,
  value,
  state,
  raised_late,
}: Finding) {
  const { unit, decimals } = kpiOf(kpi) ?? { unit: '1', decimals: 1 }
  return [
    alert,
    severity,
    region,
    regionName(region, 'en'),
    timeInWords(fired_at),
    resolved_at === null ? 'still on' : shownDuration(resolved_at - active_since),
    numberInWords(value, { unit, decimals }, 'en'),
    raised_late ? `${state}, raised late` : state,
  ]
}

import type { Kpi, Term } from './kpi.ts'
import { kpis } from './kpis.ts'

/** docs/kpis.md: every KPI for people, from its definition. */
export function kpiTable(): string {
  const rows = kpis.map(
    kpi =>
      `| \`${kpi.id}\` | ${kpi.zh} / ${kpi.en} | ${kpi.unit} | ${formulaOf(kpi)} | ${targetOf(kpi)} | ${kpi.source}${kpi.assumed ? ' (assumed, configurable)' : ''} |`,
  )
  return [
    '# KPIs',
    '',
    'Generated from `schemas/kpis/` by `npm run generate`. Every KPI is evaluated after merging, at every level:',
    'ratios are never averaged, an empty denominator is null. Measures are defined in `schemas/measures/`.',
    '',
    '| id | name | unit | formula | target | definition |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** The formula as people write it, for docs and the catalogue. */
export function formulaOf(kpi: Kpi): string {
  const product = kpi.factors
    .map(({ numerator, denominator }) =>
      denominator === 1 ? shown(numerator) : `${shown(numerator)} / ${shown(denominator)}`,
    )
    .join(' × ')
  const formula = kpi.scale === 1 ? product : `${Number(kpi.scale.toPrecision(6))} × ${product}`
  return kpi.atMost === undefined ? formula : `min(${kpi.atMost}, ${formula})`
}

function shown(term: Term): string {
  return String(term)
}

function targetOf(kpi: Kpi): string {
  return kpi.target ? `${kpi.target.value} (${kpi.target.source})` : ''
}

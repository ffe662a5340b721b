import { records } from '../records/records.ts'
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
    'A reading counts in the county that it carries. An asset that moves to another county within a window counts once in it,',
    'in the county of its first usable reading in the log. All its readings of the window count there for `assets` and for what',
    'takes each asset once (power, spaces with their exits, racks in use and in band), whatever county they carry; energies,',
    'counters and extremes stay with the county of each reading. `expected` follows the asset registry.',
    '',
    '| id | name | unit | formula | target | definition |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    '## What is expected',
    '',
    '`expected` of a window is the assets of the registry that should report in it: in service in any part of the window, with a',
    '`period_s`. One that reports less often than once a window counts as that share. An asset is in service from `commissioned_at`',
    'until before `retired_at`; without `commissioned_at` from its registration on, or from its first reading where that is earlier',
    '(`expected_from` in `assets`; null for assets registered before this was kept, which are always expected). It counts in the',
    'county where it is as the window begins: registered in another county it has moved, readings of before belong where it was',
    '(`former`), those of afterwards where it is. All counties of a window are of one state of the registry: when that changes,',
    'stored windows that it makes a difference to are told anew (reason `registry`; see [reliability.md](reliability.md#what-is-expected-changes)).',
    '',
    ...notMeasured(),
    '',
  ].join('\n')
}

function notMeasured(): readonly string[] {
  const doubts = Object.values(records).flatMap(({ id, doubts = [] }) =>
    doubts.map(doubt => ({ id, ...doubt })),
  )
  const without = Object.values(records).filter(record => record.doubts === undefined)
  const rows = [...Map.groupBy(doubts, ({ id, reason }) => `| \`${id}\` | \`${reason}\``)].map(
    ([head, some]) => `${head} | ${[...new Set(some.map(({ doc }) => doc))].join('. ')}. |`,
  )
  return [
    '## What is not measured',
    '',
    'What cannot be is refused ([access.md](access.md#what-is-refused)). A reading that can be and is doubtful is taken, kept and',
    'counted as a reading, and no measure looks at it, so its asset does not count as reporting unless another reading of the',
    'window is sound: `suspect` is true, and `suspect_reason` says why. A device may mark its own readings (`suspect`, of PM files',
    'the flag of the file); these have no reason. The numbers here are assumed: they are in `schemas/records/`.',
    `Nothing is doubted of ${without.map(({ id }) => `\`${id}\``).join(' and ')}: what is left out there would hide an alarm or a defect.`,
    '',
    '| record | reason | what |',
    '|---|---|---|',
    ...rows,
  ]
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

import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import { barAgainst, metTarget } from '../../scale/bar-against.ts'
import { planTargets, provinceCode } from '../../state/catalogue.ts'
import { showShare, showValue } from '../../text/format-number.ts'
import { nameIn } from '../../text/language.ts'
import { asks } from '../origin/asked-value.ts'
import { knownKpi, useCell, useWords } from '../wall-context.ts'

/** Characters that fit at full size. */
const longName = 22

/** Where the province stands against its plan: today's value and the target, no pace that nobody measured. */
export function TargetsPanel() {
  const { t } = useWords()
  return (
    <section class="panel targets" data-testid="targets">
      <h2>{t.plan}</h2>
      <ul>
        {planTargets.map(id => (
          <Target key={id} kpi={knownKpi(id)} />
        ))}
      </ul>
    </section>
  )
}

function Target({ kpi }: { readonly kpi: Kpi }) {
  const { language, t } = useWords()
  const value = useCell(kpi.id, provinceCode)?.cell.value ?? null
  const target = kpi.target?.value
  if (target === undefined) return null
  const name = nameIn(kpi, language)
  const bar = barAgainst(kpi, value, target)
  const met = metTarget(kpi, value, target)
  const unit = kpi.unit
  const goal = `${kpi.good === 'down' ? '<' : '≥'} ${showValue(target, Number.isInteger(target) ? 0 : 2, unit, language)}`
  return (
    <li
      data-kpi={kpi.id}
      data-region={provinceCode}
      data-met={met === null ? '' : String(met)}
      title={kpi.target?.source}
    >
      <span class={`target-name${name.length > longName ? ' is-long' : ''}`}>{name}</span>
      <span class="target-value" {...asks}>
        {value === null ? t.noData : showValue(value, kpi.decimals, unit, language)}
      </span>
      <span class="target-goal">
        {goal}
        <b>{value === null ? '' : met ? `✓ ${t.reached}` : stateOf(value, target)}</b>
      </span>
      <span class="bar">
        <i class="bar-fill" style={{ width: `${bar?.filled ?? 0}%` }} />
        {bar?.tick !== null && bar !== null && <i class="bar-tick" style={{ left: `${bar.tick}%` }} />}
      </span>
    </li>
  )

  function stateOf(current: number, goalValue: number): string {
    if (kpi.unit === '1' && kpi.good === 'up') return t.ofTarget(showShare(current / goalValue))
    return t.short(showValue(Math.abs(goalValue - current), kpi.decimals, unit, language))
  }
}

import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import { barAgainst, metTarget } from '../../scale/bar-against.ts'
import { planTargets, provinceCode } from '../../state/catalogue.ts'
import { leastDays, type Pace, paceOf } from '../../state/compare/pace.ts'
import { showShare, showValue } from '../../text/format-number.ts'
import { nameIn } from '../../text/language.ts'
import { useAsked } from '../hooks/use-asked.ts'
import { asks } from '../origin/asked-value.ts'
import { useQuality } from '../use-quality.ts'
import { knownKpi, useCell, useShared, useWords } from '../wall-context.ts'

/** Characters that fit at full size. */
const longName = 22
const dayMs = 86_400_000
/** A season: longer ago says little about now. */
const paceOverMs = 90 * dayMs
const everyMs = 600_000

/** Where the province stands against its plan, and where it will stand by the end of the year at the pace so far. */
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
  const current = useCell(kpi.id, provinceCode)
  const { quality } = useQuality(kpi, current)
  const value = current?.cell.value ?? null
  const target = kpi.target?.value
  const pace = usePace(kpi, value)
  if (target === undefined) return null
  const name = nameIn(kpi, language)
  const bar = barAgainst(kpi, value, target)
  const met = metTarget(kpi, value, target)
  const unit = kpi.unit
  const goal = `${kpi.good === 'down' ? '<' : '≥'} ${showValue(target, Number.isInteger(target) ? 0 : 2, unit, language)}`
  // What is on its way is no reason to worry; what is not known is not judged.
  const onWay = pace?.kind === 'projected' ? metTarget(kpi, pace.atYearEnd, target) : null
  return (
    <li
      class={`is-${quality}`}
      data-testid="target"
      data-kpi={kpi.id}
      data-region={provinceCode}
      data-met={met || onWay ? 'true' : kpi.good === 'down' || onWay === false ? String(met) : ''}
      data-pace={pace?.kind ?? ''}
      title={kpi.target?.source}
    >
      <span class={`target-name${name.length > longName ? ' is-long' : ''}`}>{name}</span>
      <span class="target-value" {...asks}>
        {value === null ? t.noData : showValue(value, kpi.decimals, unit, language)}
      </span>
      <span class="target-goal">{goal}</span>
      <span class="bar">
        <i class="bar-fill" style={{ width: `${bar?.filled ?? 0}%` }} />
        {bar?.tick !== null && bar !== null && <i class="bar-tick" style={{ left: `${bar.tick}%` }} />}
      </span>
      <span class="target-pace" data-testid="pace">
        {value === null ? '' : met ? `✓ ${t.reached}` : says(value, target)}
      </span>
    </li>
  )

  function says(current: number, goalValue: number): string {
    if (pace === null) return stateOf(current, goalValue)
    if (pace.kind === 'short') return `${stateOf(current, goalValue)} · ${t.paceIn(leastDays - pace.days)}`
    const ahead = Math.max(0, Math.min(pace.atYearEnd, kpi.unit === '%' ? 100 : Number.POSITIVE_INFINITY))
    return t.pace(showValue(ahead, kpi.decimals, unit, language))
  }

  function stateOf(current: number, goalValue: number): string {
    if (kpi.unit === '1' && kpi.good === 'up') return t.ofTarget(showShare(current / goalValue))
    return t.short(showValue(Math.abs(goalValue - current), kpi.decimals, unit, language))
  }
}

/** Null while it is not known, or where a pace means nothing: a PUE does not grow towards its target. */
function usePace(kpi: Kpi, value: number | null): Pace | null {
  const { wall, rest } = useShared()
  const { now, connection } = wall.pulse.value
  const grows = kpi.good === 'up'
  const key = grows && now !== null && connection.kind === 'live' ? kpi.id : null
  const history = useAsked(
    key,
    () => {
      const to = wall.pulse.peek().now ?? 0
      return rest.series(kpi.id, [provinceCode], to - paceOverMs, to, '1d')
    },
    everyMs,
  )
  if (history === null || history === 'away' || value === null || now === null) return null
  return paceOf(history.get(provinceCode) ?? [], value, now)
}

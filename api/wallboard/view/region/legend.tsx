import { boundsOf, type ColourDomain } from '../../scale/colour-domain.ts'
import { colourSteps } from '../../scale/colour-steps.ts'
import { targetFor } from '../../state/catalogue.ts'
import { showNumber, showUnit } from '../../text/format-number.ts'
import { useSelection, useWords } from '../wall-context.ts'

/** What the five colours mean, from low to high values, with the unit; and what hatching means. */
export function Legend({ domain }: { readonly domain: ColourDomain | null }) {
  const { language, t } = useWords()
  const { region, kpi } = useSelection()
  const missing = (
    <span class="legend-missing">
      <i /> {t.noData}
    </span>
  )
  if (!domain) return <div class="legend">{missing}</div>
  const steps = colourSteps(kpi.good)
  const ordered = kpi.good === 'up' ? [...steps].reverse() : steps
  const [low, high] =
    kpi.good === 'none' ? [t.less, t.more] : kpi.good === 'up' ? [t.worse, t.better] : [t.better, t.worse]
  const bounds = boundsOf(domain)
  const span = (bounds.at(-1) ?? 1) - (bounds[0] ?? 0)
  const target = targetFor(kpi, region)
  const tick = target === undefined ? null : ((target - domain.low) / span) * 100
  return (
    <div class="legend" data-testid="legend">
      <span class="legend-word">{low}</span>
      <div class="legend-scale">
        <div class="legend-steps">
          {ordered.map(({ fill }) => (
            <i key={fill} style={{ background: fill }} />
          ))}
          {tick !== null && tick >= 0 && tick <= 100 && (
            <b class="legend-target" style={{ left: `${tick}%` }} title={t.target} />
          )}
        </div>
        <div class="legend-bounds">
          {bounds.map((bound, i) => {
            const { digits, magnitude } = showNumber(bound, kpi.decimals, language)
            return <span key={bound} style={{ left: `${i * 20}%` }}>{`${digits}${magnitude}`}</span>
          })}
        </div>
      </div>
      <span class="legend-word">{high}</span>
      <span class="legend-unit">{showUnit(kpi.unit)}</span>
      {missing}
    </div>
  )
}

import { boundsOf, type ColourDomain } from '../../scale/colour-domain.ts'
import { colourSteps } from '../../scale/colour-steps.ts'
import { judgedBy } from '../../scale/judged-by.ts'
import { targetFor } from '../../state/catalogue.ts'
import { showNumber, showUnit } from '../../text/format-number.ts'
import { useSelection, useWords } from '../wall-context.ts'

interface Props {
  readonly domain: ColourDomain | null
  /** The places on the map are not those on the ground, and it says so. */
  readonly isSchematic?: boolean
}

/** What the five colours mean, from low to high values, with the unit; and what hatching means. */
export function Legend({ domain, isSchematic = false }: Props) {
  const { language, t } = useWords()
  const { region, kpi } = useSelection()
  const missing = (
    <span class="legend-missing">
      {isSchematic && <span>{t.schematic}</span>}
      <i /> {t.noData}
    </span>
  )
  if (!domain) return <div class="legend">{missing}</div>
  const good = judgedBy(kpi)
  const steps = colourSteps(good)
  const ordered = good === 'up' ? [...steps].reverse() : steps
  const [low, high] =
    good === 'none' ? [t.less, t.more] : good === 'up' ? [t.worse, t.better] : [t.better, t.worse]
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

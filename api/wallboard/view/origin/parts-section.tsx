import { useState } from 'preact/hooks'
import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'
import type { Lineage } from '../../protocol/parse-lineage.ts'
import { contributionsOf, type Part, termsOf } from '../../state/contributions.ts'
import { showColumn, showShare, showValue } from '../../text/format-number.ts'
import { shortNameIn } from '../../text/language.ts'
import { originTexts } from '../../text/origin-texts.ts'
import { useShared, useWords } from '../wall-context.ts'

/** What the regions below contribute to a number of the formula: bars that add up, and say so. */
export function PartsSection({ kpi, lineage }: { readonly kpi: Kpi; readonly lineage: Lineage }) {
  const { language } = useWords()
  const t = originTexts[language]
  const terms = termsOf(lineage)
  const [chosen, choose] = useState(0)
  const term = terms[chosen] ?? terms[0]
  const contributions = term && contributionsOf(lineage, term)
  if (!term || !contributions) {
    return lineage.counties === null ? <p class="origin-note">{t.noParts}</p> : null
  }
  const { parts, total, joined, byCity } = contributions
  const isWhole = parts.length === 1 && parts[0]?.region === lineage.region
  if (isWhole) return null
  const [shownTotal, ...shownParts] = showColumn([total, ...parts.map(({ number }) => number)], language)
  return (
    <section class="origin-section" data-testid="origin-parts" data-joined={joined}>
      <h3>{byCity ? t.partsByCity : t.parts}</h3>
      {terms.length > 1 && (
        <div class="terms">
          {terms.map((one, i) => (
            <button
              key={one.term}
              type="button"
              aria-pressed={one === term}
              title={one.words}
              onClick={() => choose(i)}
            >
              {one.term}
            </button>
          ))}
        </div>
      )}
      <ol class="parts">
        {parts.map((part, i) => (
          <PartRow
            key={part.region}
            kpi={kpi}
            part={part}
            shown={shownParts[i] ?? ''}
            windowStart={lineage.window_start}
          />
        ))}
      </ol>
      <p class="parts-sum" data-testid="origin-sum" data-total={total}>
        <span>{joined === 'highest' ? t.highest : joined === 'lowest' ? t.lowest : t.sum}</span>
        <span class={joined === 'differs' ? 'is-wrong' : 'is-right'}>
          {joined === 'differs' ? `✗ ${t.differs}` : `✓ ${t.addsUp}`}
        </span>
        <b class="number">{shownTotal}</b>
      </p>
      {lineage.differences.length > 0 && (
        <p class="origin-note is-wrong">
          {lineage.differences
            .map(({ of, stored, computed }) => `${of}: ${stored ?? '–'} ≠ ${computed ?? '–'}`)
            .join(', ')}
        </p>
      )}
    </section>
  )
}

interface RowProps {
  readonly kpi: Kpi
  readonly part: Part
  readonly shown: string
  readonly windowStart: number
}

function PartRow({ kpi, part, shown, windowStart }: RowProps) {
  const { navigation } = useShared()
  const { language } = useWords()
  const region = regionOf(part.region)
  return (
    <li>
      <button
        type="button"
        data-testid="origin-part"
        data-region={part.region}
        data-number={part.number}
        data-readings={part.readings}
        onClick={() => navigation.openOrigin(kpi.id, part.region, windowStart)}
      >
        <span class="part-name">{region ? shortNameIn(region, language) : part.region}</span>
        <span class="part-bar">
          <i style={{ width: `${part.length * 100}%` }} />
        </span>
        <span class="number">{shown}</span>
        <span class="number part-share">
          {part.share === null
            ? part.value === null
              ? ''
              : showValue(part.value, kpi.decimals, kpi.unit, language)
            : showShare(part.share)}
        </span>
      </button>
    </li>
  )
}

import type { Region } from '../../../../schemas/regions/regions.ts'
import { showNumber, showShare } from '../../text/format-number.ts'
import { nameIn, shortNameIn } from '../../text/language.ts'
import { SeverityMark } from '../alerts/severity-mark.tsx'
import { useMarks } from '../alerts/use-board.ts'
import { moveFocus } from '../hooks/move-focus.ts'
import { useSelection, useShared, useWords } from '../wall-context.ts'
import type { Painted } from './use-choropleth.ts'

interface Props {
  readonly counties: readonly Region[]
  readonly paint: (region: string) => Painted
  /** What the tiles are; counties where nothing is said. */
  readonly title?: string
}

/** A city's counties as equal tiles in the order of their codes: schematic, and said to be. */
export function CountyTiles({ counties, paint, title }: Props) {
  const { navigation } = useShared()
  const { language, t } = useWords()
  const { region, kpi } = useSelection()
  const marks = useMarks()
  return (
    <section class="county-tiles">
      <h3>
        {title ?? t.counties} <small>{t.schematic}</small>
      </h3>
      <div class="county-grid" role="application" aria-label={nameIn(kpi, language)} onKeyDown={moveFocus}>
        {counties.map(county => {
          const { current, quality, colour } = paint(county.code)
          const mark = marks.get(county.code)
          const value = current?.cell.value ?? null
          const coverage = current?.cell.coverage ?? null
          const shown = value === null ? null : showNumber(value, kpi.decimals, language)
          return (
            <button
              key={county.code}
              type="button"
              class={`county is-${quality}`}
              style={{ background: colour?.fill, color: colour?.ink }}
              aria-pressed={county.code === region.code}
              data-testid="county"
              data-region={county.code}
              data-value={value ?? ''}
              data-quality={quality}
              onClick={() => navigation.go({ region: county.code })}
            >
              {mark && <SeverityMark severity={mark.severity} isDemanding />}
              <span class="county-name">{shortNameIn(county, language)}</span>
              <span class="county-value">
                {shown === null
                  ? quality === 'waiting'
                    ? ''
                    : t.noData
                  : `${quality === 'unsure' ? '≈' : ''}${shown.digits}${shown.magnitude}`}
              </span>
              {coverage !== null && (
                <span
                  class="coverage"
                  title={`${t.coverage} ${showShare(coverage)}`}
                  data-low={coverage < kpi.minCoverage}
                >
                  <i style={{ width: `${Math.min(1, coverage) * 100}%` }} />
                </span>
              )}
            </button>
          )
        })}
      </div>
    </section>
  )
}

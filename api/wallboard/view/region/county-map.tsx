import { childrenOf, type Region, regionOf } from '../../../../schemas/regions/regions.ts'
import { cityBlocks } from '../../maps/city-blocks.ts'
import { showValue } from '../../text/format-number.ts'
import { nameIn, shortNameIn } from '../../text/language.ts'
import { SeverityMark } from '../alerts/severity-mark.tsx'
import { useMarks } from '../alerts/use-board.ts'
import { moveFocus } from '../hooks/move-focus.ts'
import { useShortText } from '../hooks/use-reader.ts'
import { useSelection, useShared, useWords } from '../wall-context.ts'
import type { Painted } from './use-choropleth.ts'

interface Props {
  readonly paint: (region: string) => Painted
}

/** All counties as equal tiles, grouped by city and the groups roughly where the cities are: schematic, and said to be. */
export function CountyMap({ paint }: Props) {
  const { wall, navigation } = useShared()
  const { language } = useWords()
  const { region, kpi } = useSelection()
  const isOutside = (city: Region): boolean => region.level === 'circle' && city.parent !== region.code
  return (
    <div
      class="county-map"
      role="application"
      aria-label={nameIn(kpi, language)}
      data-testid="county-map"
      onKeyDown={moveFocus}
    >
      {cityBlocks.map(column => (
        <div key={column[0]} class="county-column">
          {column.map(code => {
            const city = regionOf(code)
            if (!city || !wall.sees(code)) return null
            return (
              <section key={code} class={`county-block${isOutside(city) ? ' is-outside' : ''}`}>
                <button type="button" class="county-city" onClick={() => navigation.go({ region: code })}>
                  {shortNameIn(city, language)}
                </button>
                <div class="county-cells">
                  {childrenOf(code).map(county => (
                    <CountyCell key={county.code} county={county} painted={paint(county.code)} />
                  ))}
                </div>
              </section>
            )
          })}
        </div>
      ))}
    </div>
  )
}

function CountyCell({ county, painted }: { readonly county: Region; readonly painted: Painted }) {
  const { navigation } = useShared()
  const { language, t } = useWords()
  const { kpi } = useSelection()
  const text = useShortText()
  const mark = useMarks().get(county.code)
  const { current, quality, colour } = painted
  const value = current?.cell.value ?? null
  const said = value === null ? t.noData : showValue(value, kpi.decimals, kpi.unit, language)
  const label = `${nameIn(county, language)} · ${said}`
  return (
    <button
      type="button"
      class={`county-cell is-${quality}`}
      style={{ background: colour?.fill, color: colour?.ink }}
      aria-label={label}
      title={label}
      data-testid="map-region"
      data-region={county.code}
      data-value={value ?? ''}
      data-quality={quality}
      onClick={() => navigation.go({ region: county.code })}
    >
      {mark && <SeverityMark severity={mark.severity} isDemanding />}
      <span class="county-cell-name">{shortNameIn(county, language)}</span>
      <span class="county-cell-value">{value === null ? '' : text({ current, quality, value }, kpi)}</span>
    </button>
  )
}

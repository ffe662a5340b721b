import { useMemo, useRef } from 'preact/hooks'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { nearestTowards } from '../../maps/nearest-towards.ts'
import { projectMap } from '../../maps/project.ts'
import outlines from '../../maps/shandong-cities.json' with { type: 'json' }
import { showNumber, showShare, showValue } from '../../text/format-number.ts'
import { nameIn, shortNameIn } from '../../text/language.ts'
import { SeverityShape } from '../alerts/severity-mark.tsx'
import { useMarks } from '../alerts/use-board.ts'
import { useSelection, useShared, useWords } from '../wall-context.ts'
import type { Painted } from './use-choropleth.ts'

const mapWidth = 800

interface Props {
  readonly cities: readonly Region[]
  readonly paint: (region: string) => Painted
}

/** The cities by colour, each with its value; a click or Enter opens a city, arrow keys move between them. */
export function CityMap({ cities, paint }: Props) {
  const { navigation } = useShared()
  const { language, t } = useWords()
  const { region, kpi } = useSelection()
  const map = useMemo(() => projectMap(outlines, mapWidth), [])
  const svg = useRef<SVGSVGElement>(null)
  const marks = useMarks()

  const onKey = (event: KeyboardEvent, code: string): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      navigation.go({ region: code })
      return
    }
    const next = nearestTowards(map.cities, code, event.key)
    if (!next) return
    event.preventDefault()
    svg.current?.querySelector<SVGElement>(`[data-region="${next}"]`)?.focus()
  }

  const shapes = map.cities.flatMap(shape => {
    const city = cities.find(({ code }) => code === shape.code)
    return city ? [{ shape, city, painted: paint(shape.code) }] : []
  })
  const isOutside = (city: Region): boolean => region.level === 'circle' && city.parent !== region.code
  return (
    <div class="map">
      <svg
        ref={svg}
        viewBox={`-4 -4 ${map.width + 8} ${map.height + 8}`}
        role="application"
        aria-label={nameIn(kpi, language)}
      >
        <HatchPatterns />
        {shapes.map(({ shape, city, painted }) => (
          // biome-ignore lint/a11y/useSemanticElements: an SVG shape cannot be a button element
          <g
            key={city.code}
            class={`city is-${painted.quality}${isOutside(city) ? ' is-outside' : ''}`}
            role="button"
            tabindex={0}
            aria-label={label(city, painted)}
            data-testid="map-region"
            data-region={city.code}
            data-value={painted.current?.cell.value ?? ''}
            data-quality={painted.quality}
            data-step={painted.step ?? ''}
            onClick={() => navigation.go({ region: city.code })}
            onKeyDown={event => onKey(event, city.code)}
          >
            <title>{label(city, painted)}</title>
            <path class="city-fill" d={shape.path} style={{ fill: painted.colour?.fill }} />
            {isHatched(painted) && <path class="city-hatch" d={shape.path} />}
          </g>
        ))}
        {shapes.map(({ shape, city, painted }) => (
          <text
            key={city.code}
            class={`city-label is-${painted.quality}${isOutside(city) ? ' is-outside' : ''}`}
            x={shape.label.x}
            y={shape.label.y}
            style={isFaded(painted) ? {} : { fill: painted.colour?.ink, stroke: painted.colour?.fill }}
          >
            <tspan class="city-name" x={shape.label.x} dy="-0.1em">
              {shortNameIn(city, language)}
            </tspan>
            <tspan class="city-value" x={shape.label.x} dy="1.05em">
              {valueText(painted)}
            </tspan>
          </text>
        ))}
        {shapes.map(({ shape, city }) => {
          const mark = marks.get(city.code)
          const { x, y } = shape.label
          return mark && <SeverityShape key={city.code} severity={mark.severity} x={x} y={y - 34} size={20} />
        })}
      </svg>
    </div>
  )

  /** Over a faded colour the ink that was chosen for the full one is not readable. */
  function isFaded({ quality }: Painted): boolean {
    return quality === 'old' || quality === 'missing'
  }

  function valueText({ current, quality }: Painted): string {
    const value = current?.cell.value
    if (value === null || value === undefined) return quality === 'waiting' ? '' : t.noData
    const { digits, magnitude } = showNumber(value, kpi.decimals, language)
    return `${quality === 'unsure' ? '≈' : ''}${digits}${magnitude}`
  }

  function label(city: Region, { current }: Painted): string {
    const value = current?.cell.value
    const coverage = current?.cell.coverage
    const says = typeof value === 'number' ? showValue(value, kpi.decimals, kpi.unit, language) : t.noData
    const covered = typeof coverage === 'number' ? ` · ${t.coverage} ${showShare(coverage)}` : ''
    return `${nameIn(city, language)} · ${says}${covered}`
  }
}

function isHatched({ quality }: Painted): boolean {
  return quality !== 'ok' && quality !== 'waiting'
}

function HatchPatterns() {
  return (
    <defs>
      <pattern id="hatch" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hatch-line" width="2.2" height="9" />
      </pattern>
    </defs>
  )
}

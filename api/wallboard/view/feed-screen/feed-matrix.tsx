import { useRef } from 'preact/hooks'
import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { type Axis, along, axisFor } from '../../scale/axis.ts'
import { cityOf, targetFor } from '../../state/catalogue.ts'
import { rankRegions } from '../../state/rank-regions.ts'
import { showNumber, showUnit, showValue } from '../../text/format-number.ts'
import { nameIn, shortNameIn } from '../../text/language.ts'
import { type Reading, useReader, useShortText } from '../hooks/use-reader.ts'
import { asks } from '../origin/asked-value.ts'
import { useSelection, useShared, useWords } from '../wall-context.ts'

interface Props {
  readonly kpis: readonly Kpi[]
  readonly chosen: Kpi
  readonly places: readonly Region[]
}

/**
 * A feed's KPIs as small multiples that share the axis of the regions: one column a KPI, one line a city, the one
 * that needs attention by the chosen KPI first. A value opens where it comes from.
 */
export function FeedMatrix({ kpis, chosen, places }: Props) {
  const { navigation } = useShared()
  const { language, t } = useWords()
  const { region: selected } = useSelection()
  const read = useReader()
  const held = useRef(new Map<string, Axis>())
  const rows = rankRegions(places, code => read(chosen, code).current, chosen.good)
  const axes = new Map(
    kpis.map(kpi => {
      const values = places.flatMap(({ code }) => read(kpi, code).value ?? [])
      const axis = axisFor(kpi, values, held.current.get(kpi.id))
      return [kpi.id, axis]
    }),
  )
  held.current = axes
  return (
    <section class="panel matrix" data-testid="matrix">
      <table>
        <thead>
          <tr>
            <th scope="col">{t.region}</th>
            {kpis.map(kpi => (
              <th key={kpi.id} scope="col" aria-sort={kpi.id === chosen.id ? 'other' : undefined}>
                <button
                  type="button"
                  aria-pressed={kpi.id === chosen.id}
                  onClick={() => navigation.go({ kpi: kpi.id })}
                >
                  {nameIn(kpi, language)} <small>{showUnit(kpi.unit)}</small>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ region }) => (
            <tr key={region.code} aria-current={region.code === cityOf(selected)?.code}>
              <th scope="row">
                <button
                  type="button"
                  onClick={() => navigation.go({ screen: 'region', region: region.code })}
                >
                  {shortNameIn(region, language)}
                </button>
              </th>
              {kpis.map(kpi => (
                <td key={kpi.id} class={kpi.id === chosen.id ? 'is-chosen' : undefined}>
                  <MatrixCell
                    // A new quality is a new cell; see the ranking's rows.
                    key={read(kpi, region.code).quality}
                    kpi={kpi}
                    region={region}
                    reading={read(kpi, region.code)}
                    axis={axes.get(kpi.id)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td />
            {kpis.map(kpi => (
              <td key={kpi.id}>
                <AxisEnds kpi={kpi} axis={axes.get(kpi.id)} />
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </section>
  )
}

interface CellProps {
  readonly kpi: Kpi
  readonly region: Region
  readonly reading: Reading
  readonly axis: Axis | undefined
}

function MatrixCell({ kpi, region, reading, axis }: CellProps) {
  const { language, t } = useWords()
  const text = useShortText()
  const target = targetFor(kpi, region)
  const { value, quality } = reading
  const said = value === null ? t.noData : showValue(value, kpi.decimals, kpi.unit, language)
  return (
    <button
      type="button"
      class={`matrix-cell is-${quality}`}
      aria-label={`${shortNameIn(region, language)} · ${nameIn(kpi, language)} · ${said}`}
      data-testid="matrix-cell"
      data-kpi={kpi.id}
      data-region={region.code}
      data-value={value ?? ''}
      data-quality={quality}
      {...asks}
    >
      <span class="matrix-value">{text(reading, kpi)}</span>
      <span class="track">
        {value !== null && axis && (
          <i
            class={`track-${axis.mark}`}
            style={{ [axis.mark === 'bar' ? 'width' : 'left']: `${along(axis, value)}%` }}
          />
        )}
        {axis && target !== undefined && target >= axis.low && target <= axis.high && (
          <b class="track-target" style={{ left: `${along(axis, target)}%` }} />
        )}
      </span>
    </button>
  )
}

function AxisEnds({ kpi, axis }: { readonly kpi: Kpi; readonly axis: Axis | undefined }) {
  const { language } = useWords()
  if (!axis) return null
  const text = (value: number): string => {
    const { digits, magnitude } = showNumber(value, kpi.decimals, language)
    return `${digits}${magnitude}`
  }
  return (
    <span class="axis-ends">
      <span>{text(axis.low)}</span>
      <span>{text(axis.high)}</span>
    </span>
  )
}

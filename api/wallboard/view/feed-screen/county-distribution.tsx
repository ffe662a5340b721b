import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import { counties, regionOf } from '../../../../schemas/regions/regions.ts'
import { along, axisFor } from '../../scale/axis.ts'
import { histogram } from '../../scale/histogram.ts'
import { provinceCode, targetFor } from '../../state/catalogue.ts'
import { spreadOf } from '../../state/compare/peers.ts'
import { showValue } from '../../text/format-number.ts'
import { nameIn } from '../../text/language.ts'
import { useReader } from '../hooks/use-reader.ts'
import { useWords } from '../wall-context.ts'

const bins = 20

/** How the 136 counties spread along one KPI: one strong county in a tail is a place to look at, a wide hill is not. */
export function CountyDistribution({ kpi }: { readonly kpi: Kpi }) {
  const { language, t } = useWords()
  const read = useReader()
  const readings = counties.map(({ code }) => read(kpi, code))
  const values = readings.flatMap(({ value }) => value ?? [])
  const old = readings.filter(({ quality }) => quality === 'old').length
  const spread = spreadOf(values)
  const province = regionOf(provinceCode)
  const target = province && targetFor(kpi, counties[0] ?? province)
  const text = (value: number): string => showValue(value, kpi.decimals, kpi.unit, language)
  const axis = axisFor(kpi, values)
  const hill = histogram(values, axis, bins)
  const most = Math.max(1, ...hill.map(({ count }) => count))
  return (
    <section
      class={`panel distribution${old > values.length / 2 ? ' is-old' : ''}`}
      data-testid="distribution"
      data-counties={values.length}
    >
      <h2>
        {t.distribution} <small>{nameIn(kpi, language)}</small>
        <small class="distribution-count">
          {old > 0 ? t.countiesOld(old) : t.countiesWithData(values.length, counties.length)}
        </small>
      </h2>
      {spread === null ? (
        <p class="quiet">{t.noData}</p>
      ) : (
        <>
          <div class="hill">
            {hill.map(({ from, to, count }) => (
              <i
                key={from}
                style={{ height: `${(count / most) * 100}%` }}
                data-empty={count === 0}
                title={`${text(from)} – ${text(to)}: ${count}`}
              />
            ))}
            {target !== undefined && target >= axis.low && target <= axis.high && (
              <b
                class="hill-target"
                style={{ left: `${along(axis, target)}%` }}
                title={`${t.target} ${text(target)}`}
              />
            )}
          </div>
          <div class="hill-box">
            <i
              style={{
                left: `${along(axis, spread.lowerQuartile)}%`,
                width: `${along(axis, spread.upperQuartile) - along(axis, spread.lowerQuartile)}%`,
              }}
            />
            <b style={{ left: `${along(axis, spread.median)}%` }} />
          </div>
          <dl class="hill-says">
            <Said name={t.lowest} value={text(spread.low)} />
            <Said name={t.median} value={text(spread.median)} />
            <Said
              name={t.middleHalf}
              value={`${text(spread.lowerQuartile)} – ${text(spread.upperQuartile)}`}
            />
            <Said name={t.highest} value={text(spread.high)} />
          </dl>
        </>
      )}
    </section>
  )
}

function Said({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

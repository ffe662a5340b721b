import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { type Axis, along } from '../../scale/axis.ts'
import { metTarget } from '../../scale/bar-against.ts'
import { targetFor } from '../../state/catalogue.ts'
import { showShare, showValue } from '../../text/format-number.ts'
import { shortNameIn } from '../../text/language.ts'
import { type Reading, useShortText } from '../hooks/use-reader.ts'
import { asks } from '../origin/asked-value.ts'
import { useShared, useWords } from '../wall-context.ts'

interface Props {
  readonly region: Region
  readonly kpi: Kpi
  readonly reading: Reading
  readonly axis: Axis
  readonly position: number | undefined
  readonly positionBefore: number | undefined
  readonly valueBefore: number | undefined
}

/** Position, name, value on the common axis with its coverage, and what changed. */
export function RankingRow({ region, kpi, reading, axis, position, positionBefore, valueBefore }: Props) {
  const { navigation } = useShared()
  const { language, t } = useWords()
  const text = useShortText()
  const { value, quality, current } = reading
  const target = targetFor(kpi, region)
  const coverage = current?.cell.coverage ?? null
  const met = metTarget(kpi, value, target)
  return (
    <li
      class={`rank is-${quality}`}
      data-testid="rank"
      data-region={region.code}
      data-kpi={kpi.id}
      data-value={value ?? ''}
      data-quality={quality}
      data-position={position ?? ''}
      data-position-before={positionBefore ?? ''}
    >
      <span class="rank-position">{position ?? '–'}</span>
      <button
        type="button"
        class="rank-name"
        onClick={() => navigation.go({ screen: 'region', region: region.code })}
      >
        {shortNameIn(region, language)}
      </button>
      <span class="rank-bar" data-met={met ?? undefined}>
        <span class="track">
          {value !== null && (
            <i
              class={`track-${axis.mark}`}
              style={{ [axis.mark === 'bar' ? 'width' : 'left']: `${along(axis, value)}%` }}
            />
          )}
          {target !== undefined && target >= axis.low && target <= axis.high && (
            <b class="track-target" style={{ left: `${along(axis, target)}%` }} />
          )}
        </span>
      </span>
      <button type="button" class="rank-value" {...asks}>
        {text(reading, kpi)}
      </button>
      <span class="rank-coverage">
        {coverage !== null && (
          <>
            <span>{`${t.coverage} ${showShare(coverage)}`}</span>
            <span class="coverage" data-low={coverage < kpi.minCoverage}>
              <i style={{ width: `${Math.min(1, coverage) * 100}%` }} />
            </span>
          </>
        )}
      </span>
      <span class="rank-moved">{movement()}</span>
    </li>
  )

  function movement(): string {
    if (value === null || valueBefore === undefined) return ''
    const by = Number((value - valueBefore).toFixed(kpi.decimals))
    const places = position !== undefined && positionBefore !== undefined ? positionBefore - position : 0
    const moved = places === 0 ? '' : ` (${positionBefore}→${position})`
    if (by === 0) return `→${moved}`
    return `${by > 0 ? '↑' : '↓'}${showValue(Math.abs(by), kpi.decimals, '1', language)}${moved}`
  }
}

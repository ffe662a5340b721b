import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { targetFor } from '../../state/catalogue.ts'
import { showNumber, showShare, showSuffix, showValue } from '../../text/format-number.ts'
import { showAge, showMinute, showSince } from '../../text/format-time.ts'
import { nameIn } from '../../text/language.ts'
import { reasonIn } from '../../text/origin-texts.ts'
import { asks } from '../origin/asked-value.ts'
import { useQuality } from '../use-quality.ts'
import { useCell, useSeries, useShared, useWords } from '../wall-context.ts'
import { Sparkline } from './sparkline.tsx'
import { StatusMark } from './status-mark.tsx'
import { TargetBar } from './target-bar.tsx'
import { type Correction, useCorrection } from './use-correction.ts'

/** Characters that fit on a tile at full size. */
const longName = 18

interface Props {
  readonly kpi: Kpi
  readonly region: Region
  readonly chosen: boolean
}

/** One KPI of the selected region: what it is, whether that is good, and whether it can be believed. */
export function Tile({ kpi, region, chosen }: Props) {
  const { navigation } = useShared()
  const { language, t } = useWords()
  const current = useCell(kpi.id, region.code)
  const { quality, ageMs } = useQuality(kpi, current)
  const correction = useCorrection(current)
  const target = targetFor(kpi, region)
  const name = nameIn(kpi, language)
  const cell = current?.cell
  const value = cell?.value ?? null
  const coverage = cell?.coverage ?? null
  return (
    <button
      type="button"
      class={`tile is-${quality}${chosen ? ' is-chosen' : ''}`}
      aria-pressed={chosen}
      onClick={() => navigation.go({ kpi: kpi.id })}
      data-testid="tile"
      data-kpi={kpi.id}
      data-region={region.code}
      data-quality={quality}
    >
      <span class={`tile-name${name.length > longName ? ' is-long' : ''}`}>{name}</span>
      <span
        class="tile-value"
        {...asks}
        data-testid="value"
        data-value={value ?? ''}
        data-status={cell?.status ?? ''}
        data-coverage={coverage ?? ''}
        data-window-start={cell?.window_start ?? ''}
        data-revision={cell?.revision ?? ''}
      >
        {value === null ? (
          <span class="tile-missing">{quality === 'waiting' ? '…' : t.noData}</span>
        ) : (
          <Figure value={value} kpi={kpi} unsure={quality === 'unsure'} />
        )}
      </span>
      <Sparkline kpi={kpi} region={region.code} target={target} />
      <TargetBar kpi={kpi} value={value} target={target} />
      <span class="tile-foot">
        {cell && value !== null ? (
          <>
            <StatusMark status={cell.status} label={t[cell.status]} />
            <span class="tile-state" data-testid="state">
              {quality === 'old'
                ? t.old(showAge(ageMs, language))
                : correction
                  ? corrected(correction)
                  : t[cell.status]}
            </span>
          </>
        ) : (
          <span class="tile-state" data-testid="state">
            {quality !== 'waiting' && (
              <MissingSince kpi={kpi} region={region.code} until={current?.valueUntil ?? null} />
            )}
          </span>
        )}
        {target !== undefined && value !== null && quality !== 'old' && correction === null && (
          <span class="tile-target">
            {t.target} {showValue(target, Number.isInteger(target) ? 0 : 2, '1', language)}
          </span>
        )}
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

  /** "was 92.1 · 14:32 late data", as much of it as is known; a narrow tile cuts its end. */
  function corrected({ was, at, reason }: Correction): string {
    const before = was === null ? t.corrected : t.was(showValue(was, kpi.decimals, '1', language))
    const circumstances = [at && showMinute(at), reason && reasonIn(language, reason)].filter(Boolean)
    return [before, circumstances.join(' ')].filter(Boolean).join(' · ')
  }
}

function Figure({
  value,
  kpi,
  unsure,
}: {
  readonly value: number
  readonly kpi: Kpi
  readonly unsure: boolean
}) {
  const { language } = useWords()
  const shown = showNumber(value, kpi.decimals, language)
  const suffix = showSuffix(shown, kpi.unit)
  return (
    // A new key is a new element, and a new element fades in.
    <span class="figure" key={`${shown.digits}${suffix}`}>
      {unsure && <span class="figure-about">≈</span>}
      {shown.digits}
      {suffix && <span class="figure-unit">{suffix}</span>}
    </span>
  )
}

/** "No data since 14:32", from what the page saw or from the last hour's series. */
export function MissingSince({
  kpi,
  region,
  until,
}: {
  readonly kpi: Kpi
  readonly region: string
  readonly until: number | null
}) {
  const { language, t } = useWords()
  const { now } = useShared().wall.pulse.value
  const points = useSeries(kpi.id, region)
  const since = until ?? points.findLast(point => point.value !== null)?.window_end ?? null
  if (since === null || now === null) return <>{t.noData}</>
  return <>{t.noDataSince(showSince(since, now, language))}</>
}

import { type Region, regionOf } from '../../../../schemas/regions/regions.ts'
import { showNumber } from '../../text/format-number.ts'
import { showAge, showSince } from '../../text/format-time.ts'
import { shortNameIn } from '../../text/language.ts'
import { useAsked } from '../hooks/use-asked.ts'
import { useShared, useWords } from '../wall-context.ts'

const shownAssets = 12
const everyMs = 30_000

/** Which assets of a region should report and do not: whom to call. */
export function SilentPanel({ region }: { readonly region: Region }) {
  const { wall, rest } = useShared()
  const { language, t } = useWords()
  const { loaded, now, connection } = wall.pulse.value
  // What is live again is asked anew.
  const key = loaded && connection.kind === 'live' ? region.code : null
  const silent = useAsked(key, () => rest.silentAssets(region.code), everyMs)
  const count = (n: number): string => {
    const { digits, magnitude } = showNumber(n, 0, language)
    return `${digits}${magnitude}`
  }
  if (silent === null || silent === 'away') {
    return (
      <section class="panel silent" data-testid="silent">
        <h2>{t.silentAssets}</h2>
        <p class="quiet">{silent === 'away' ? t.historyAway : '…'}</p>
      </section>
    )
  }
  const { assets, total, expected, looked_back_ms } = silent
  return (
    <section class="panel silent" data-testid="silent" data-total={total}>
      <h2>
        {t.silentAssets} {total > 0 && <b class="count">{count(total)}</b>}
        <small> {t.ofAssets(count(expected))}</small>
      </h2>
      {total === 0 && <p class="quiet">✓ {t.noneSilent}</p>}
      <ul>
        {assets.slice(0, shownAssets).map(asset => {
          const county = regionOf(asset.county)
          return (
            <li key={asset.asset_id} data-asset={asset.asset_id} title={asset.asset_id}>
              <span class="silent-name">{asset.name}</span>
              <span class="silent-where">
                {county ? shortNameIn(county, language) : ''} · {t.records[asset.record] ?? asset.record}
              </span>
              <span class="silent-since">
                {asset.last_reading === null || now === null
                  ? t.longerThan(showAge(looked_back_ms, language))
                  : t.since(showSince(asset.last_reading, now, language))}
                {asset.refused_code !== null && <b class="refused"> {t.refused(asset.refused_code)}</b>}
              </span>
            </li>
          )
        })}
      </ul>
      {total > shownAssets && <p class="quiet">{t.moreGaps(total - Math.min(shownAssets, assets.length))}</p>}
    </section>
  )
}

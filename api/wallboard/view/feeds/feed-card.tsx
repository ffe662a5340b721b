import type { FeedCard as Card } from '../../state/catalogue.ts'
import { showShare } from '../../text/format-number.ts'
import { showAge } from '../../text/format-time.ts'
import { useQuality } from '../use-quality.ts'
import { knownKpi, useCell, useSelection, useWords } from '../wall-context.ts'
import { Tile } from './tile.tsx'

/** A feed in the selected region: three tiles, and on its head how complete its data is. */
export function FeedCard({ card }: { readonly card: Card }) {
  const { language, t } = useWords()
  const { region, kpi: chosen } = useSelection()
  const anchor = knownKpi(card.anchor)
  const current = useCell(anchor.id, region.code)
  const { quality, ageMs } = useQuality(anchor, current)
  const coverage = current?.cell.coverage ?? null
  const says = !current
    ? quality === 'waiting'
      ? ''
      : t.noData
    : quality === 'old'
      ? t.old(showAge(ageMs, language))
      : coverage === null
        ? t.byEvent
        : `${t.coverage} ${showShare(coverage)}`
  return (
    <section class={`feed is-${quality}`} data-testid="feed" data-feed={card.feed} data-quality={quality}>
      <header class="feed-head">
        <h2>{t.feeds[card.feed]}</h2>
        <span class="feed-coverage" data-testid="feed-coverage" data-low={quality !== 'ok'}>
          {says}
        </span>
      </header>
      <div class="tiles">
        {card.tiles.map(id => (
          <Tile key={`${id}|${region.code}`} kpi={knownKpi(id)} region={region} chosen={id === chosen.id} />
        ))}
      </div>
    </section>
  )
}

import { feedCards } from '../../state/catalogue.ts'
import { type DataGap, dataGaps } from '../../state/data-gaps.ts'
import { showShare } from '../../text/format-number.ts'
import { shortNameIn } from '../../text/language.ts'
import { MissingSince } from '../feeds/tile.tsx'
import { knownKpi, useShared, useWords } from '../wall-context.ts'

const shownGaps = 4

/** Which feeds of which cities cannot be trusted now: can I believe what I see? */
export function GapsPanel() {
  const { wall, navigation } = useShared()
  const { t } = useWords()
  const pulse = wall.pulse.value
  if (!pulse.loaded) return <section class="panel gaps" data-testid="gaps" />
  const gaps = dataGaps(wall.places, wall.data.cell, pulse)
  const shown = gaps.length > shownGaps ? gaps.slice(0, shownGaps - 1) : gaps
  return (
    <section class="panel gaps" data-testid="gaps" data-count={gaps.length}>
      <h2>
        {t.gaps} {gaps.length > 0 && <b class="count">{gaps.length}</b>}
      </h2>
      {gaps.length === 0 && (
        <p class="quiet">{pulse.connection.kind === 'live' ? `✓ ${t.noGaps}` : t.gapsUnknown}</p>
      )}
      <ul>
        {shown.map(gap => (
          <Gap key={gapKey(gap)} gap={gap} onOpen={region => navigation.go({ region })} />
        ))}
      </ul>
      {gaps.length > shown.length && <p class="quiet">{t.moreGaps(gaps.length - shown.length)}</p>}
    </section>
  )
}

interface Props {
  readonly gap: DataGap
  readonly onOpen: (region: string) => void
}

function Gap({ gap, onOpen }: Props) {
  const { home } = useShared().wall
  const { language, t } = useWords()
  const { feeds, regions, quality, coverage, since } = gap
  const [region] = regions
  const [feed] = feeds
  const anchor = feedCards.find(card => card.feed === feed)?.anchor
  if (!region || !feed || !anchor) return null
  const where = regions.length > 1 ? t.allCities : shortNameIn(region, language)
  const what =
    feeds.length === feedCards.length || feeds.length > 2
      ? t.allFeeds
      : feeds.map(id => t.feeds[id]).join(' · ')
  const watched = regions.length > 1 ? home : region.code
  return (
    <li
      class={`gap is-${quality}`}
      data-quality={quality}
      data-region={regions.length > 1 ? home : region.code}
    >
      <button type="button" onClick={() => onOpen(watched)}>
        <i class="gap-mark" aria-hidden="true" />
        <span class="gap-where">
          {where} <small>{what}</small>
        </span>
        <span class="gap-says">
          {quality === 'unsure' && coverage !== null ? (
            `${t.unsure} ${showShare(coverage)}`
          ) : (
            <MissingSince kpi={knownKpi(anchor)} region={watched} until={since} />
          )}
        </span>
      </button>
    </li>
  )
}

function gapKey({ feeds, regions }: DataGap): string {
  return `${feeds.join('+')}|${regions.map(({ code }) => code).join('+')}`
}

import { useEffect } from 'preact/hooks'
import { feedCards, provinceCode } from '../state/catalogue.ts'
import { locales } from '../text/language.ts'
import { FeedCard } from './feeds/feed-card.tsx'
import { HealthPanel } from './foot/health-panel.tsx'
import { TargetsPanel } from './foot/targets-panel.tsx'
import { Banner, bannerAfterMs } from './header/banner.tsx'
import { Header } from './header/header.tsx'
import { RegionPanel } from './region/region-panel.tsx'
import { AlertsPanel } from './side/alerts-panel.tsx'
import { GapsPanel } from './side/gaps-panel.tsx'
import { RankingPanel } from './side/ranking-panel.tsx'
import { useShared, useWords } from './wall-context.ts'

/** The overview screen. */
export function App() {
  const { wall, navigation } = useShared()
  const { language, t } = useWords()
  const { lostForMs } = wall.pulse.value
  useEffect(() => {
    document.documentElement.lang = locales[language]
    document.title = t.title
  }, [language, t])
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') navigation.up()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigation])
  return (
    <div class="wall" data-lost={lostForMs !== null && lostForMs >= bannerAfterMs}>
      <Header />
      <Banner />
      <div class="feeds">
        {feedCards.map(card => (
          <FeedCard key={card.feed} card={card} />
        ))}
      </div>
      <RegionPanel />
      <aside class="side">
        <AlertsPanel />
        <GapsPanel />
        <RankingPanel />
      </aside>
      <footer class="foot">
        {wall.sees(provinceCode) && (
          <>
            <TargetsPanel />
            <HealthPanel />
          </>
        )}
      </footer>
    </div>
  )
}

import { feedCards, provinceCode } from '../../state/catalogue.ts'
import { FeedCard } from '../feeds/feed-card.tsx'
import { HealthPanel } from '../foot/health-panel.tsx'
import { TargetsPanel } from '../foot/targets-panel.tsx'
import { RegionSearch } from '../header/region-search.tsx'
import { RegionPanel } from '../region/region-panel.tsx'
import { AlertsPanel } from '../side/alerts-panel.tsx'
import { GapsPanel } from '../side/gaps-panel.tsx'
import { RankingPanel } from '../side/ranking-panel.tsx'
import { useShared } from '../wall-context.ts'

/** Is the province all right, where is it not, and can I trust what I see? */
export function Overview() {
  const { wall } = useShared()
  return (
    <div class="screen overview">
      <div class="feeds">
        {feedCards.map(card => (
          <FeedCard key={card.feed} card={card} />
        ))}
      </div>
      <section class="panel phone-search">
        <RegionSearch />
      </section>
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

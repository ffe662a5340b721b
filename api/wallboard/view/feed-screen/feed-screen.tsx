import type { Feed } from '../../../../schemas/records/record.ts'
import { feedCards, kpisOfFeed, provinceCode } from '../../state/catalogue.ts'
import { FeedCard } from '../feeds/feed-card.tsx'
import { TrendChart } from '../region/trend-chart.tsx'
import { knownKpi, useSelection, useShared } from '../wall-context.ts'
import { CountyDistribution } from './county-distribution.tsx'
import { FeedMatrix } from './feed-matrix.tsx'

/** One feed: its KPIs by city side by side, how the counties spread, and the last hour. */
export function FeedScreen({ feed }: { readonly feed: Feed }) {
  const { wall } = useShared()
  const { region, kpi: chosen } = useSelection()
  const card = feedCards.find(one => one.feed === feed)
  if (!card) return null
  const kpis = kpisOfFeed(feed)
  const kpi = kpis.find(({ id }) => id === chosen.id) ?? knownKpi(card.tiles[0] ?? card.anchor)
  return (
    <div class="screen feed-screen" data-testid="feed-screen" data-feed={feed}>
      <FeedCard card={card} />
      <FeedMatrix kpis={kpis} chosen={kpi} places={wall.places} />
      {wall.sees(provinceCode) && <CountyDistribution kpi={kpi} />}
      <section class="panel feed-trend">
        <TrendChart key={`${kpi.id}|${region.code}`} kpi={kpi} region={region} />
      </section>
    </div>
  )
}

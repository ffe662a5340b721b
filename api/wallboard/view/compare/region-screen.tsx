import { feeds } from '../../../../schemas/records/record.ts'
import { cityOf, kpisOfFeed } from '../../state/catalogue.ts'
import { partsOf, peersOf } from '../../state/compare/peers.ts'
import { CountyTiles } from '../region/county-tiles.tsx'
import { KpiPicker } from '../region/kpi-picker.tsx'
import { Legend } from '../region/legend.tsx'
import { ScopePicker } from '../region/scope-picker.tsx'
import { useChoropleth } from '../region/use-choropleth.ts'
import { useSelection, useWords } from '../wall-context.ts'
import { PeerTable } from './peer-table.tsx'
import { SilentPanel } from './silent-panel.tsx'

/** Everything about one region, beside the median of its peers; its parts as tiles, and who of it is silent. */
export function RegionScreen() {
  const { t } = useWords()
  const { region, kpi } = useSelection()
  const parts = partsOf(region)
  const peers = peersOf(region)
  const { paint, domain } = useChoropleth(kpi, parts)
  return (
    <div class="screen region-screen" data-testid="region-screen" data-region={region.code}>
      <div class="peer-tables">
        {feeds.map(feed => (
          <section key={feed} class="panel" data-feed={feed}>
            <h2>{t.feeds[feed]}</h2>
            <PeerTable kpis={kpisOfFeed(feed)} region={region} peers={peers} />
          </section>
        ))}
      </div>
      <section class="panel region-parts">
        <div class="region-tools">
          <KpiPicker />
          <ScopePicker />
        </div>
        <CountyTiles
          key={cityOf(region)?.code ?? region.code}
          counties={parts}
          paint={paint}
          title={region.level === 'county' || region.level === 'city' ? t.counties : t.cities}
        />
        <Legend domain={domain} />
      </section>
      <SilentPanel key={region.code} region={region} />
    </div>
  )
}

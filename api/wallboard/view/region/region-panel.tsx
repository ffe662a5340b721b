import { childrenOf } from '../../../../schemas/regions/regions.ts'
import { citiesUnder, cityOf, provinceCode } from '../../state/catalogue.ts'
import { useSelection } from '../wall-context.ts'
import { CityMap } from './city-map.tsx'
import { CountyTiles } from './county-tiles.tsx'
import { KpiPicker } from './kpi-picker.tsx'
import { Legend } from './legend.tsx'
import { RegionTable } from './region-table.tsx'
import { ScopePicker } from './scope-picker.tsx'
import { TrendChart } from './trend-chart.tsx'
import { useChoropleth } from './use-choropleth.ts'

/** The chosen KPI by region: the map of the cities, or one city's counties; below it the last hour. */
export function RegionPanel() {
  const { region, kpi } = useSelection()
  const city = cityOf(region)
  const shown = city ? childrenOf(city.code) : citiesUnder(provinceCode)
  const { paint, domain } = useChoropleth(kpi, shown)
  return (
    <main class="region-panel" data-testid="region-panel" data-view={city ? 'counties' : 'map'}>
      <div class="region-tools">
        <KpiPicker />
        <ScopePicker />
      </div>
      {city ? (
        <div class="counties">
          <CountyTiles key={city.code} counties={shown} paint={paint} />
          <RegionTable key={`table-${city.code}`} regions={shown} />
        </div>
      ) : (
        <CityMap cities={shown} paint={paint} />
      )}
      <Legend domain={domain} />
      <TrendChart key={`${kpi.id}|${region.code}`} />
    </main>
  )
}

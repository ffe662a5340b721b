import { childrenOf, counties } from '../../../../schemas/regions/regions.ts'
import { citiesUnder, cityOf, provinceCode } from '../../state/catalogue.ts'
import { useSelection, useShared } from '../wall-context.ts'
import { CityMap } from './city-map.tsx'
import { CountyMap } from './county-map.tsx'
import { CountyTiles } from './county-tiles.tsx'
import { KpiPicker } from './kpi-picker.tsx'
import { Legend } from './legend.tsx'
import { LevelPicker } from './level-picker.tsx'
import { RegionTable } from './region-table.tsx'
import { ScopePicker } from './scope-picker.tsx'
import { TrendChart } from './trend-chart.tsx'
import { useChoropleth } from './use-choropleth.ts'

/** The chosen KPI by region: the map of cities or of all counties, or one city's counties; below it the last hour. */
export function RegionPanel() {
  const { navigation } = useShared()
  const { region, kpi } = useSelection()
  const city = cityOf(region)
  const isSchematic = !city && navigation.route.value.map === 'counties'
  const shown = city ? childrenOf(city.code) : isSchematic ? counties : citiesUnder(provinceCode)
  const { paint, domain } = useChoropleth(kpi, shown)
  return (
    <main
      class="region-panel"
      data-testid="region-panel"
      data-view={city ? 'counties' : isSchematic ? 'schematic' : 'map'}
    >
      <div class="region-tools">
        <KpiPicker />
        {!city && <LevelPicker />}
        <ScopePicker />
      </div>
      {city ? (
        <div class="counties">
          <CountyTiles key={city.code} counties={shown} paint={paint} />
          <RegionTable key={`table-${city.code}`} regions={shown} />
        </div>
      ) : isSchematic ? (
        <CountyMap paint={paint} />
      ) : (
        <CityMap cities={shown} paint={paint} />
      )}
      <Legend domain={domain} isSchematic={isSchematic} />
      {!isSchematic && <TrendChart key={`${kpi.id}|${region.code}`} kpi={kpi} region={region} />}
    </main>
  )
}

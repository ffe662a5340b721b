import { defaultMinCoverage, type Kpi } from '../../../schemas/kpis/kpi.ts'
import { kpiOf, kpis } from '../../../schemas/kpis/kpis.ts'
import type { Feed } from '../../../schemas/records/record.ts'
import { childrenOf, type Region, regionOf } from '../../../schemas/regions/regions.ts'

/*
 * KPIs and regions come from the build, not from GET /v1/kpis and /v1/regions: the api that serves the bundle was
 * built from the same definitions, so there is nothing to wait for, and names and units cannot fail to load.
 * During a rolling upgrade an open page may hear of a KPI or region that it does not know: it keeps such cells and
 * does not show them until it is reloaded.
 */

export const provinceCode = '370000'

/** Where the wall starts. */
export const firstKpi = 'parking.occupancy_pct'

export interface FeedCard {
  readonly feed: Feed
  /** Three KPIs people act on. */
  readonly tiles: readonly string[]
  /** The KPI whose coverage speaks for the feed. */
  readonly anchor: string
}

export const feedCards: readonly FeedCard[] = [
  {
    feed: 'radio',
    tiles: ['radio.accessibility_pct', 'radio.prb_utilisation_dl_pct', 'radio.alarms_active_critical'],
    anchor: 'radio.accessibility_pct',
  },
  {
    feed: 'datacenter',
    tiles: ['datacenter.pue', 'datacenter.racks_in_use_pct', 'datacenter.inlet_max_c'],
    anchor: 'datacenter.racks_in_use_pct',
  },
  {
    feed: 'grid',
    tiles: ['grid.unmanned_coverage_pct', 'grid.defects_open_critical', 'grid.inspected_km'],
    anchor: 'grid.inspected_km',
  },
  {
    feed: 'parking',
    tiles: ['parking.occupancy_pct', 'parking.free_spaces', 'parking.turnover_per_space_h'],
    anchor: 'parking.occupancy_pct',
  },
]

/** The provincial plan's numbers, in the order of the foot. */
export const planTargets: readonly string[] = [
  'radio.sites_in_service',
  'datacenter.racks_in_service',
  'datacenter.racks_in_use_pct',
  'datacenter.pue',
  'grid.unmanned_coverage_pct',
  'parking.lots_this_year',
]

export function minCoverageOf(kpi: string): number {
  return kpiOf(kpi)?.minCoverage ?? defaultMinCoverage
}

/** The KPIs of a feed. */
export function kpisOfFeed(feed: Feed): readonly Kpi[] {
  return kpis.filter(kpi => kpi.id.startsWith(`${feed}.`))
}

/** The 16 cities, or those of a circle. */
export function citiesUnder(code: string): readonly Region[] {
  return childrenOf(code).flatMap(child => (child.level === 'city' ? [child] : citiesUnder(child.code)))
}

/** The city that a county is in; a city is its own. Undefined for circles and the province. */
export function cityOf(region: Region): Region | undefined {
  if (region.level === 'city') return region
  return region.level === 'county' && region.parent ? regionOf(region.parent) : undefined
}

/** Where Esc leads: county, city, province. Circles are passed by: they are a view of the province. */
export function regionAbove(region: Region): Region | undefined {
  const above = region.level === 'county' ? region.parent : region.level === 'province' ? null : provinceCode
  return above ? regionOf(above) : undefined
}

/**
 * The target as it applies to a region: a number of things (sites, racks, car parks) is planned for the province
 * as a whole, and says nothing of one city; a ratio applies everywhere.
 */
export function targetFor(kpi: Kpi, region: Region): number | undefined {
  const isCount = kpi.unit === '1' && kpi.factors.every(({ denominator }) => denominator === 1)
  return isCount && region.level !== 'province' ? undefined : kpi.target?.value
}

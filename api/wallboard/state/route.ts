import { kpiOf } from '../../../schemas/kpis/kpis.ts'
import { regionOf } from '../../../schemas/regions/regions.ts'
import { isLanguage, type Language } from '../text/language.ts'
import { firstKpi, provinceCode } from './catalogue.ts'

/** What the address says: `?region=370200&kpi=parking.occupancy_pct&lang=en`. */
export interface Route {
  readonly region: string
  readonly kpi: string
  readonly language: Language
}

/**
 * Anything unknown or left out means the default: an old link must never lead to an empty wall.
 * @param home the region that is shown where none is said
 */
export function readRoute(search: string, home: string = provinceCode): Route {
  const query = new URLSearchParams(search)
  const [region, kpi, language] = [query.get('region') ?? '', query.get('kpi') ?? '', query.get('lang')]
  return {
    region: regionOf(region) ? region : home,
    kpi: kpiOf(kpi) ? kpi : firstKpi,
    language: isLanguage(language) ? language : 'zh',
  }
}

/** The address of a route, without what is the default; parameters it does not know stay. */
export function writeRoute(route: Route, search: string, home: string = provinceCode): string {
  const query = new URLSearchParams(search)
  const put = (name: string, value: string, fallback: string): void => {
    if (value === fallback) query.delete(name)
    else query.set(name, value)
  }
  put('region', route.region, home)
  put('kpi', route.kpi, firstKpi)
  put('lang', route.language, 'zh')
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

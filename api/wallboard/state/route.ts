import type { KpiId } from '../../../schemas/kpis/kpi.ts'
import { kpiOf } from '../../../schemas/kpis/kpis.ts'
import { regionOf } from '../../../schemas/regions/regions.ts'
import { isLanguage, type Language } from '../text/language.ts'
import { firstKpi, provinceCode } from './catalogue.ts'
import { firstScreen, isScreenId, type ScreenId } from './screen-id.ts'

/** A value that is asked where it comes from. */
export interface Origin {
  readonly kpi: KpiId
  readonly region: string
  /** Epoch ms; null means the current value. */
  readonly windowStart: number | null
}

/** Of two truths the one that is shown: what was known at that time, or what is known of that time now. */
export type Known = 'then' | 'now'

export type MapLevel = 'cities' | 'counties'

/** What the address says: `?screen=ranking&region=370200&kpi=parking.occupancy_pct&lang=en`. */
export interface Route {
  readonly screen: ScreenId
  readonly region: string
  readonly kpi: string
  readonly language: Language
  /** The panel that is open over the screen; `origin=parking.occupancy_pct|370200|1764121680000`. */
  readonly origin: Origin | null
  /** The alert that is open over the screen, by its id. */
  readonly alert: string | null
  /** The time that the time machine shows, epoch ms; null is the present. */
  readonly at: number | null
  readonly known: Known
  /** What the overview's map shows. */
  readonly map: MapLevel
}

/**
 * Anything unknown or left out means the default: an old link must never lead to an empty wall.
 * @param home the region that is shown where none is said
 */
export function readRoute(search: string, home: string = provinceCode): Route {
  const query = new URLSearchParams(search)
  const said = (name: string): string => query.get(name) ?? ''
  const [screen, region, kpi, language] = [said('screen'), said('region'), said('kpi'), said('lang')]
  return {
    screen: isScreenId(screen) ? screen : firstScreen,
    region: regionOf(region) ? region : home,
    kpi: kpiOf(kpi) ? kpi : firstKpi,
    language: isLanguage(language) ? language : 'zh',
    origin: readOrigin(said('origin')),
    alert: said('alert') || null,
    at: readTime(said('at')),
    known: said('known') === 'now' ? 'now' : 'then',
    map: said('map') === 'counties' ? 'counties' : 'cities',
  }
}

/** The address of a route, without what is the default; parameters it does not know stay. */
export function writeRoute(route: Route, search: string, home: string = provinceCode): string {
  const query = new URLSearchParams(search)
  const put = (name: string, value: string, fallback: string): void => {
    if (value === fallback) query.delete(name)
    else query.set(name, value)
  }
  put('screen', route.screen, firstScreen)
  put('region', route.region, home)
  put('kpi', route.kpi, firstKpi)
  put('lang', route.language, 'zh')
  put('origin', route.origin ? writeOrigin(route.origin) : '', '')
  put('alert', route.alert ?? '', '')
  put('at', route.at === null ? '' : String(route.at), '')
  put('known', route.known, 'then')
  put('map', route.map, 'cities')
  // A bar needs no escape in a query, and addresses are read by people.
  const text = query.toString().replaceAll('%7C', '|')
  return text === '' ? '' : `?${text}`
}

function readOrigin(text: string): Origin | null {
  const [kpi = '', region = '', start = ''] = text.split('|')
  const known = kpiOf(kpi)
  return known && regionOf(region) ? { kpi: known.id, region, windowStart: readTime(start) } : null
}

function writeOrigin({ kpi, region, windowStart }: Origin): string {
  return windowStart === null ? `${kpi}|${region}` : `${kpi}|${region}|${windowStart}`
}

/** Epoch ms or RFC 3339; null where it is neither. */
function readTime(text: string): number | null {
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isSafeInteger(ms) && text !== '' ? ms : null
}

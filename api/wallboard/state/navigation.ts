import { type ReadonlySignal, signal } from '@preact/signals'
import { regionOf } from '../../../schemas/regions/regions.ts'
import { provinceCode, regionAbove } from './catalogue.ts'
import { type Origin, type Route, readRoute, writeRoute } from './route.ts'
import { firstScreen, type ScreenId } from './screen-id.ts'

/** The address bar, as far as it is needed here. */
export interface AddressBar {
  search(): string
  /** Shows a new address; `step` makes it one that "back" returns from. */
  show(search: string, step: boolean): void
  onBack(act: () => void): void
}

export interface Navigation {
  readonly route: ReadonlySignal<Route>
  /** Changing screen, region or origin is a step that "back" undoes; KPI, time and language are not. */
  go(change: Partial<Route>): void
  /** Shows another screen without a step: a wall that turns for weeks must not fill the browser's history. */
  turnTo(screen: ScreenId): void
  /** The address that `go` would show: what a link leads to. */
  addressOf(change: Partial<Route>): string
  /** Opens the panel that says where a value comes from. */
  openOrigin(kpi: Origin['kpi'], region: string, windowStart?: number | null): void
  closeOrigin(): void
  /** Closes what is open; then from a county to its city, from a city to the province; then to the first screen. */
  up(): void
}

/** Where one may go. */
export interface Scope {
  /** What is shown first. */
  readonly home: string
  sees(region: string): boolean
}

export function createNavigation(
  bar: AddressBar,
  scope: Scope = { home: provinceCode, sees: () => true },
): Navigation {
  const { home, sees } = scope
  const read = (search: string): Route => {
    const said = readRoute(search, home)
    const origin = said.origin && sees(said.origin.region) ? said.origin : null
    return { ...said, origin, region: sees(said.region) ? said.region : home }
  }
  const route = signal(read(bar.search()))
  bar.onBack(() => {
    route.value = read(bar.search())
  })
  const write = (change: Partial<Route>): string =>
    writeRoute({ ...route.value, ...change }, bar.search(), home)
  const show = (change: Partial<Route>, mayStep: boolean): void => {
    const search = write(change)
    const next = read(search)
    const isOther = isOtherPlace(route.value, next)
    if (search === bar.search() && !isOther) return
    bar.show(search, isOther && mayStep)
    route.value = next
  }
  const go = (change: Partial<Route>): void => show(change, true)
  return {
    route,
    go,
    turnTo: screen => show({ screen, origin: null, alert: null }, false),
    // A link leads to a place, not to the panel that happens to be open over this one.
    addressOf: change => write({ origin: null, alert: null, ...change }) || '?',
    openOrigin: (kpi, region, windowStart = null) =>
      go({ origin: { kpi, region, windowStart }, alert: null }),
    closeOrigin: () => go({ origin: null }),
    up() {
      const { origin, alert, region, screen } = route.value
      if (origin || alert) return go({ origin: null, alert: null })
      const here = regionOf(region)
      const above = here && region !== home ? regionAbove(here) : undefined
      if (above) go({ region: sees(above.code) ? above.code : home })
      else if (screen !== firstScreen) go({ screen: firstScreen })
    },
  }
}

function isOtherPlace(one: Route, other: Route): boolean {
  const placeOf = ({ screen, region, origin, alert }: Route): string =>
    JSON.stringify([screen, region, origin, alert])
  return placeOf(one) !== placeOf(other)
}

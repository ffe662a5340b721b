import { type ReadonlySignal, signal } from '@preact/signals'
import { type Region, regionOf } from '../../../schemas/regions/regions.ts'
import { provinceCode, regionAbove } from './catalogue.ts'
import { type Route, readRoute, writeRoute } from './route.ts'

/** The address bar, as far as it is needed here. */
export interface AddressBar {
  search(): string
  /** Shows a new address; `step` makes it one that "back" returns from. */
  show(search: string, step: boolean): void
  onBack(act: () => void): void
}

export interface Navigation {
  readonly route: ReadonlySignal<Route>
  /** Changing the region is a step that "back" undoes; the KPI and the language are not. */
  go(change: Partial<Route>): void
  /** From a county to its city, from a city to the province. */
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
    return sees(said.region) ? said : { ...said, region: home }
  }
  const route = signal(read(bar.search()))
  bar.onBack(() => {
    route.value = read(bar.search())
  })
  const go = (change: Partial<Route>): void => {
    const before = route.value
    const next = { ...before, ...change }
    const search = writeRoute(next, bar.search(), home)
    if (search === bar.search() && next.region === before.region) return
    bar.show(search, next.region !== before.region)
    route.value = read(search)
  }
  return {
    route,
    go,
    up() {
      const region: Region | undefined = regionOf(route.value.region)
      const above = region && regionAbove(region)
      if (above) go({ region: sees(above.code) ? above.code : home })
    },
  }
}

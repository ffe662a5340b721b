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

/** @param home the region that is shown first; nothing above it is gone to */
export function createNavigation(bar: AddressBar, home: string = provinceCode): Navigation {
  const route = signal(readRoute(bar.search(), home))
  bar.onBack(() => {
    route.value = readRoute(bar.search(), home)
  })
  const go = (change: Partial<Route>): void => {
    const before = route.value
    const next = { ...before, ...change }
    const search = writeRoute(next, bar.search(), home)
    if (search === bar.search() && next.region === before.region) return
    bar.show(search, next.region !== before.region)
    route.value = readRoute(search, home)
  }
  return {
    route,
    go,
    up() {
      if (route.value.region === home) return
      const region: Region | undefined = regionOf(route.value.region)
      const above = region && regionAbove(region)
      if (above) go({ region: above.code })
    },
  }
}

import type { ReadonlySignal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext, useLayoutEffect, useState } from 'preact/hooks'
import type { Kpi, KpiId } from '../../../schemas/kpis/kpi.ts'
import { kpiOf } from '../../../schemas/kpis/kpis.ts'
import { type Region, regionOf } from '../../../schemas/regions/regions.ts'
import { cellKey } from '../../client/stream-client.ts'
import type { AlertClient } from '../protocol/alert-client.ts'
import type { SeriesPoint } from '../protocol/parse-series.ts'
import type { ProvenanceClient, RestClient } from '../protocol/rest-client.ts'
import { firstKpi, provinceCode } from '../state/catalogue.ts'
import type { Current } from '../state/cell-book.ts'
import type { Navigation } from '../state/navigation.ts'
import type { Wall } from '../state/wall.ts'
import type { Language } from '../text/language.ts'
import { type Texts, texts } from '../text/texts.ts'

export interface Shared {
  readonly wall: Wall
  readonly navigation: Navigation
  /** For what is asked for once rather than followed. */
  readonly rest: RestClient
  readonly provenance: ProvenanceClient
  readonly desk: AlertClient
  /** Whether the viewer may do something about alerts; the server decides. */
  readonly mayAct: boolean
}

export const WallContext = createContext<Shared | null>(null)

export function useShared(): Shared {
  const shared = useContext(WallContext)
  if (!shared) throw new Error('a component of the wall outside its WallContext')
  return shared
}

export interface Words {
  readonly language: Language
  readonly t: Texts
}

export function useWords(): Words {
  const { language } = useShared().navigation.route.value
  return { language, t: texts[language] }
}

/** The region and KPI of the address; `readRoute` lets only known ones through. */
export function useSelection(): { readonly region: Region; readonly kpi: Kpi } {
  const { region, kpi } = useShared().navigation.route.value
  return { region: knownRegion(region), kpi: knownKpi(kpi) }
}

function knownRegion(code: string): Region {
  const region = regionOf(code) ?? regionOf(provinceCode)
  if (!region) throw new Error('the build has no regions')
  return region
}

export function knownKpi(id: string): Kpi {
  const kpi = kpiOf(id) ?? kpiOf(firstKpi)
  if (!kpi) throw new Error('the build has no KPIs')
  return kpi
}

/** Follows the current value of a cell while the component is on screen. */
export function useCell(kpi: KpiId, region: string): Current | undefined {
  const { data } = useShared().wall
  return useWatched(cellKey(kpi, region), data.watchCell, data.unwatchCell)
}

const nothing: readonly SeriesPoint[] = []

/** Follows the last hour of a KPI while the component is on screen. */
export function useSeries(kpi: KpiId, region: string): readonly SeriesPoint[] {
  const { data } = useShared().wall
  return useWatched(cellKey(kpi, region), data.watchSeries, data.unwatchSeries) ?? nothing
}

function useWatched<T>(
  key: string,
  watch: (key: string) => ReadonlySignal<T>,
  unwatch: (key: string) => void,
): T | undefined {
  const [held, hold] = useState<{ readonly key: string; readonly signal: ReadonlySignal<T> } | null>(null)
  useLayoutEffect(() => {
    hold({ key, signal: watch(key) })
    return () => unwatch(key)
  }, [key, watch, unwatch])
  // After a change of key the old signal is still held for one render: its value belongs to another cell.
  return held?.key === key ? held.signal.value : undefined
}

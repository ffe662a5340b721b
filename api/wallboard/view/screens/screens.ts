import type { ComponentType } from 'preact'
import type { ScreenId } from '../../state/screen-id.ts'
import { RankingScreen } from '../compare/ranking-screen.tsx'
import { RegionScreen } from '../compare/region-screen.tsx'
import { lazily } from '../lazily.tsx'
import { Datacenter, Grid, Parking, Radio } from './feed-screens.tsx'
import { Overview } from './overview.tsx'

export interface Screen {
  readonly id: ScreenId
  readonly component: ComponentType
}

/** The screens that exist, in the order of the navigation. One that is not listed leads to the first. */
export const screens: readonly [Screen, ...Screen[]] = [
  { id: 'overview', component: Overview },
  { id: 'radio', component: Radio },
  { id: 'datacenter', component: Datacenter },
  { id: 'grid', component: Grid },
  { id: 'parking', component: Parking },
  { id: 'region', component: RegionScreen },
  { id: 'ranking', component: RankingScreen },
  {
    id: 'handover',
    component: lazily(async () => (await import('../handover/hand-over-screen.tsx')).HandOverScreen),
  },
  {
    id: 'timemachine',
    component: lazily(async () => (await import('../timemachine/time-machine.tsx')).TimeMachine),
  },
]

export function screenOf(id: ScreenId): Screen {
  return screens.find(screen => screen.id === id) ?? screens[0]
}

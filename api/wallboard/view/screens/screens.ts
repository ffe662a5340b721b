import type { ComponentType } from 'preact'
import type { ScreenId } from '../../state/screen-id.ts'
import { Overview } from './overview.tsx'

export interface Screen {
  readonly id: ScreenId
  readonly component: ComponentType
}

/** The screens that exist, in the order of the navigation. One that is not listed leads to the first. */
export const screens: readonly [Screen, ...Screen[]] = [{ id: 'overview', component: Overview }]

export function screenOf(id: ScreenId): Screen {
  return screens.find(screen => screen.id === id) ?? screens[0]
}

import type { Navigation } from '../navigation.ts'
import { type KioskSettings, nextScreen } from './kiosk-settings.ts'

/** What a kiosk needs of its browser. */
export interface KioskSurroundings {
  readonly now: () => number
  readonly every: (ms: number, act: () => void) => () => void
  /** Calls back when somebody touches mouse, screen or keyboard. */
  readonly onTouch: (act: () => void) => () => void
  /** Whether the stream lives. */
  readonly isLive: () => boolean
  /** The name of the version that the server has now; undefined when that cannot be said. */
  readonly servedVersion: () => Promise<string | undefined>
  readonly ownVersion: string
  readonly reload: () => void
}

/** Somebody who looks closer is left alone for as long. */
const pauseMs = 60_000
export const versionEveryMs = 60_000
const tickMs = 1_000

/** Turns from screen to screen, and takes a new version of the wall when there is one and the stream lives. */
export function startKiosk(
  settings: KioskSettings,
  navigation: Navigation,
  { now, every, onTouch, isLive, servedVersion, ownVersion, reload }: KioskSurroundings,
): () => void {
  let turnAt = now() + settings.rotateMs
  let reloading = false
  const turn = (): void => {
    if (now() < turnAt) return
    turnAt = now() + settings.rotateMs
    const next = nextScreen(settings, navigation.route.value.screen)
    if (next) navigation.turnTo(next)
  }
  const look = async (): Promise<void> => {
    // A wall that lost its server keeps what it has: a reload now could end on an error page that nobody closes.
    if (reloading || !isLive()) return
    const served = await servedVersion()
    if (served === undefined || served === ownVersion || !isLive()) return
    reloading = true
    reload()
  }
  const stops = [
    every(tickMs, turn),
    every(versionEveryMs, () => void look()),
    onTouch(() => {
      turnAt = Math.max(turnAt, now() + pauseMs)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

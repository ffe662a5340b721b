import { isScreenId, type ScreenId } from '../screen-id.ts'

/** How a screen behaves that nobody operates: `?kiosk&rotate=30&screens=overview,radio,ranking`. */
export interface KioskSettings {
  /** Screens that take turns; one or none means that it stays. */
  readonly screens: readonly ScreenId[]
  readonly rotateMs: number
}

const defaultRotateS = 30
/** Nobody can read faster. */
const leastRotateS = 5

/**
 * Null where the address does not ask for a kiosk. Screens that do not exist are left out.
 * @param available the screens there are; all take turns where none is named
 */
export function kioskSettings(search: string, available: readonly ScreenId[]): KioskSettings | null {
  const query = new URLSearchParams(search)
  const kiosk = query.get('kiosk')
  if (kiosk === null || ['0', 'false', 'off'].includes(kiosk)) return null
  const said = (query.get('screens') ?? '').split(',').map(name => name.trim())
  const named = said.filter(isScreenId).filter(id => available.includes(id))
  const rotate = Number(query.get('rotate') ?? defaultRotateS)
  return {
    screens: named.length > 0 ? named : query.has('rotate') && !query.has('screens') ? available : [],
    rotateMs: 1_000 * Math.max(leastRotateS, Number.isFinite(rotate) ? rotate : defaultRotateS),
  }
}

/** Whose turn it is after `screen`; null where there is nothing to turn to. */
export function nextScreen({ screens }: KioskSettings, screen: ScreenId): ScreenId | null {
  const next = screens[(screens.indexOf(screen) + 1) % screens.length]
  return next === undefined || next === screen ? null : next
}

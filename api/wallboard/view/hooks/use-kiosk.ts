import { useEffect } from 'preact/hooks'
import { startKiosk } from '../../state/kiosk/kiosk.ts'
import { kioskSettings } from '../../state/kiosk/kiosk-settings.ts'
import { versionOf } from '../../state/kiosk/served-version.ts'
import { screens } from '../screens/screens.ts'
import { useShared } from '../wall-context.ts'
import { keepAwake } from './keep-awake.ts'

/** As it was served: before chunks that load later add themselves to the head. */
const ownVersion = versionOf(document.head.innerHTML)

const touches = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const

/** Makes a kiosk of this page where the address says so. */
export function useKiosk(): void {
  const { wall, navigation } = useShared()
  useEffect(() => {
    const settings = kioskSettings(
      location.search,
      screens.map(({ id }) => id),
    )
    if (!settings) return
    document.documentElement.dataset.kiosk = ''
    const letSleep = keepAwake()
    const stop = startKiosk(settings, navigation, {
      now: () => performance.now(),
      every(ms, act) {
        const timer = setInterval(act, ms)
        return () => clearInterval(timer)
      },
      onTouch(act) {
        for (const touch of touches) addEventListener(touch, act, { passive: true })
        return () => {
          for (const touch of touches) removeEventListener(touch, act)
        }
      },
      isLive: () => wall.pulse.peek().connection.kind === 'live',
      servedVersion,
      ownVersion,
      reload: () => location.reload(),
    })
    return () => {
      stop()
      letSleep()
      delete document.documentElement.dataset.kiosk
    }
  }, [wall, navigation])
}

const patienceMs = 10_000

async function servedVersion(): Promise<string | undefined> {
  try {
    const page = await fetch(location.pathname, {
      cache: 'no-cache',
      signal: AbortSignal.timeout(patienceMs),
    })
    const version = page.ok ? versionOf(await page.text()) : ''
    return version === '' ? undefined : version
  } catch {
    // Away for the moment: what is not known is no reason to reload, and it is asked again.
    return undefined
  }
}

import { describe, expect, test } from 'vitest'
import { startKiosk, versionEveryMs } from '../../../../../api/wallboard/state/kiosk/kiosk.ts'
import { kioskSettings, nextScreen } from '../../../../../api/wallboard/state/kiosk/kiosk-settings.ts'
import { versionOf } from '../../../../../api/wallboard/state/kiosk/served-version.ts'
import { createNavigation } from '../../../../../api/wallboard/state/navigation.ts'
import type { ScreenId } from '../../../../../api/wallboard/state/screen-id.ts'

const available: readonly ScreenId[] = ['overview', 'radio', 'parking', 'ranking']

/** A kiosk whose time, server and visitors are in the test's hand. */
function begin(search = '?kiosk&rotate=30&screens=overview,radio,ranking') {
  let now = 0
  let timers: { readonly ms: number; readonly act: () => void; at: number }[] = []
  let touch = (): void => undefined
  const state = { search, steps: 0, live: true, served: 'one' as string | undefined, reloads: 0 }
  const navigation = createNavigation({
    search: () => state.search,
    show(next, step) {
      state.search = next
      if (step) state.steps++
    },
    onBack: () => undefined,
  })
  const settings = kioskSettings(search, available)
  if (!settings) throw new Error('no kiosk')
  const stop = startKiosk(settings, navigation, {
    now: () => now,
    every(ms, act) {
      const timer = { ms, act, at: ms }
      timers.push(timer)
      return () => {
        timers = timers.filter(one => one !== timer)
      }
    },
    onTouch(act) {
      touch = act
      return () => {
        touch = () => undefined
      }
    },
    isLive: () => state.live,
    servedVersion: async () => state.served,
    ownVersion: 'one',
    reload: () => void state.reloads++,
  })
  return {
    state,
    stop,
    touch: () => touch(),
    timers: () => timers.length,
    screen: () => navigation.route.value.screen,
    async pass(ms: number) {
      for (const until = now + ms; now < until; ) {
        now += 1_000
        for (const timer of timers) {
          if (timer.at > now) continue
          timer.at += timer.ms
          timer.act()
        }
        await Promise.resolve()
        await Promise.resolve()
      }
    },
  }
}

describe('the settings', () => {
  test('come from the address', () => {
    expect(kioskSettings('?screen=radio', available)).toBeNull()
    expect(kioskSettings('?kiosk=0', available)).toBeNull()
    expect(kioskSettings('?kiosk', available)).toEqual({ screens: [], rotateMs: 30_000 })
    expect(kioskSettings('?kiosk&rotate=12&screens=radio, ranking', available)).toEqual({
      screens: ['radio', 'ranking'],
      rotateMs: 12_000,
    })
    expect(kioskSettings('?kiosk&rotate=20', available)?.screens).toEqual(available)
  })

  test('leave out what is not there, and turn no faster than one can read', () => {
    expect(kioskSettings('?kiosk&rotate=1&screens=radio,grid,x', available)).toEqual({
      screens: ['radio'],
      rotateMs: 5_000,
    })
    expect(kioskSettings('?kiosk&rotate=often', available)?.rotateMs).toBe(30_000)
  })

  test('lead from a screen that has no turn to the first that has one', () => {
    const settings = { screens: ['radio', 'ranking'], rotateMs: 1 } as const
    expect(nextScreen(settings, 'overview')).toBe('radio')
    expect(nextScreen(settings, 'ranking')).toBe('radio')
    expect(nextScreen({ ...settings, screens: ['radio'] }, 'radio')).toBeNull()
    expect(nextScreen({ ...settings, screens: [] }, 'radio')).toBeNull()
  })
})

describe('a kiosk', () => {
  test('turns from screen to screen, and leaves nothing to go back to', async () => {
    const { pass, screen, state } = begin()
    const seen: ScreenId[] = []
    for (let i = 0; i < 4; i++) {
      await pass(30_000)
      seen.push(screen())
    }
    expect(seen).toEqual(['radio', 'ranking', 'overview', 'radio'])
    expect(state.steps).toBe(0)
    expect(state.search).toContain('kiosk')
  })

  test('waits a minute when somebody touches it', async () => {
    const { pass, screen, touch } = begin()
    await pass(29_000)
    touch()
    await pass(59_000)
    expect(screen()).toBe('overview')
    await pass(1_000)
    expect(screen()).toBe('radio')
  })

  test('takes a new version once, and only while it is connected', async () => {
    const { pass, state } = begin()
    await pass(2 * versionEveryMs)
    state.served = undefined
    await pass(versionEveryMs)
    expect(state.reloads).toBe(0)
    state.served = 'two'
    state.live = false
    await pass(2 * versionEveryMs)
    expect(state.reloads).toBe(0)
    state.live = true
    await pass(3 * versionEveryMs)
    expect(state.reloads).toBe(1)
  })

  test('leaves nothing running when it stops', async () => {
    const { pass, screen, stop, timers } = begin()
    stop()
    await pass(120_000)
    expect([screen(), timers()]).toEqual(['overview', 0])
  })
})

test('a version is named by the files that the page is made of', () => {
  const page = (hash: string) =>
    `<script type="module" crossorigin src="./assets/index-${hash}.js"></script>` +
    '<link rel="stylesheet" href="./assets/index-DkT1_x-9.css"><link rel="icon" href="./assets/icon-C0ffee00.svg">'
  expect(versionOf(page('a1B2c3D4'))).toBe('assets/index-DkT1_x-9.css assets/index-a1B2c3D4.js')
  expect(versionOf(page('a1B2c3D4'))).not.toBe(versionOf(page('x1B2c3D4')))
  expect(versionOf('<script type="module" src="./main.tsx"></script>')).toBe('')
})

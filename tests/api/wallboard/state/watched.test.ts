import { describe, expect, test } from 'vitest'
import { createPublisher } from '../../../../api/wallboard/state/publisher.ts'
import { Watched } from '../../../../api/wallboard/state/watched.ts'

describe('what is on screen', () => {
  test('is published at most once a second, with its newest value', () => {
    let value = 1
    const watched = new Watched(() => value, 1_000)
    const shown = watched.acquire('a')
    for (const [at, next] of [
      [0, 2],
      [300, 3],
      [600, 4],
    ] as const) {
      value = next
      watched.changed('a')
      watched.publish(at)
    }
    expect(shown.value).toBe(2)
    expect(watched.publish(700)).toBe(1_000)
    expect(watched.publish(1_000)).toBeNull()
    expect(shown.value).toBe(4)
  })

  test('what nobody looks at costs nothing', () => {
    const watched = new Watched(() => 0, 1_000)
    expect(watched.changed('a')).toBe(false)
    watched.acquire('a')
    watched.acquire('a')
    expect(watched.release('a')).toBe(false)
    expect(watched.release('a')).toBe(true)
    expect(watched.changed('a')).toBe(false)
    expect(watched.publish(0)).toBeNull()
  })
})

test('all news between two frames is one publication, and what was too early comes when it is due', () => {
  const frames: (() => void)[] = []
  const timers: { readonly ms: number; readonly act: () => void }[] = []
  let now = 0
  const published: number[] = []
  const onNews = createPublisher({
    now: () => now,
    onFrame: act => frames.push(act),
    after: (ms, act) => timers.push({ ms, act }),
    publish(at) {
      published.push(at)
      return at < 1_000 ? 1_000 : null
    },
  })
  onNews()
  onNews()
  expect(frames).toHaveLength(1)
  frames.shift()?.()
  expect(published).toEqual([0])
  expect(timers).toMatchObject([{ ms: 1_000 }])
  now = 1_000
  timers[0]!.act()
  frames.shift()?.()
  expect(published).toEqual([0, 1_000])
  expect(timers).toHaveLength(1)
})

import { describe, expect, test } from 'vitest'
import { cellKey } from '../../../../api/client/stream-client.ts'
import type { AlertsAt } from '../../../../api/wallboard/protocol/parse-past.ts'
import type { PastAsked, Refused } from '../../../../api/wallboard/protocol/rest-client.ts'
import { createPastWall } from '../../../../api/wallboard/state/past-wall.ts'
import type { Known } from '../../../../api/wallboard/state/route.ts'
import { createWall } from '../../../../api/wallboard/state/wall.ts'
import type { Cell } from '../../../../schemas/protocol/stream.ts'
import { alert } from '../../alerts/alerts.ts'

const minute = 60_000
const kpi = 'parking.occupancy_pct'
const region = '370100'
const key = cellKey(kpi, region)
const needed = [{ regions: [region], kpis: [kpi] }]

const cellAt = (start: number, value: number | null): Cell => ({
  kpi,
  region,
  window_start: start,
  window_end: start + minute,
  value,
  status: 'final',
  revision: 1,
  version: 1,
  coverage: 1,
  readings: 1,
  event_time_max: null,
})
const none: AlertsAt = { alerts: [], more: false }
const failed: Refused = { refused: 'failed', why: '/v1/kpis/at: 503' }

/** A past wall before an api whose answers wait until they are let go. */
function bench(
  answer: (asked: PastAsked) => readonly Cell[] | Refused,
  alertsAt: (time: number, known: Known) => AlertsAt | Refused = () => none,
) {
  const asked: PastAsked[] = []
  const series: (number | null)[] = []
  let waiting: (() => void)[] = []
  const live = createWall({
    now: () => 0,
    random: () => 0,
    onFrame: () => undefined,
    after: () => undefined,
    every: () => () => undefined,
    rest: { series: async () => failed, dataHealth: async () => failed, silentAssets: async () => failed },
    connect: () => ({ start: () => undefined, stop: () => undefined, subscribe: () => undefined }),
  })
  const past = createPastWall({
    live,
    now: () => 0,
    onFrame: act => act(),
    after: (_ms, act) => void Promise.resolve().then(act),
    rest: {
      async cellsAt(question) {
        asked.push(question)
        await new Promise<void>(resolve => waiting.push(resolve))
        return answer(question)
      },
      alertsAt: async (_region, time, known) => alertsAt(time, known),
      async seriesKnownAt(_kpi, regions, _from, to, knownAt) {
        series.push(knownAt)
        const points = [1, 2, 3].map(i => cellAt(to - i * minute, 10 * i))
        return new Map(regions.map(code => [code, points]))
      },
    },
  })
  const show = (at: number, known: Known = 'then') => past.show({ at, known, needed })
  return {
    past,
    asked,
    series,
    show,
    value: () => past.wall.data.cell(key)?.cell.value,
    async letGo() {
      const ready = waiting
      waiting = []
      for (const go of ready) go()
      for (let i = 0; i < 12; i++) await Promise.resolve()
    },
  }
}

describe('the wall of a past minute', () => {
  const answer = ({ time, known }: PastAsked) => [
    cellAt(time - 3 * minute, known === 'then' ? time / minute : 1_000),
  ]

  test('shows what was known then or what is known now, and what differs', async () => {
    const { past, show, value, letGo } = bench(answer)
    expect(past.wall.pulse.value).toMatchObject({ now: null, loaded: false })
    show(100 * minute)
    expect(past.state.value).toEqual({ kind: 'asking' })
    await letGo()
    expect(past.state.value).toEqual({ kind: 'shown' })
    expect(past.wall.pulse.value).toMatchObject({ now: 100 * minute, loaded: true })
    expect(value()).toBe(100)
    expect(past.changes.value).toMatchObject([{ kpi, region, before: 100, after: 1_000 }])
    show(100 * minute, 'now')
    await letGo()
    expect(value()).toBe(1_000)
    expect(past.changes.value).toHaveLength(1)
  })

  test('of many minutes asked for at once is the last one, without asking for those between', async () => {
    const { show, asked, value, letGo } = bench(answer)
    for (const at of [1, 2, 3, 4]) show(at * minute)
    await letGo()
    await letGo()
    expect([...new Set(asked.map(({ time }) => time / minute))]).toEqual([1, 4])
    expect(value()).toBe(4)
  })

  test('forgets what it showed: nothing of another minute is left', async () => {
    const { show, past, value, letGo } = bench(asked => (asked.time > 50 * minute ? answer(asked) : []))
    show(60 * minute)
    await letGo()
    const watched = past.wall.data.watchCell(key)
    expect(watched.value?.cell.value).toBe(60)
    show(40 * minute)
    await letGo()
    expect(value()).toBeUndefined()
    expect(watched.value).toBeUndefined()
  })

  test('says that it could not be read, and shows nothing then', async () => {
    let isAway = false
    const { show, past, value, letGo } = bench(asked => (isAway ? failed : answer(asked)))
    show(60 * minute)
    await letGo()
    isAway = true
    show(61 * minute)
    await letGo()
    expect(past.state.value).toEqual({ kind: 'failed', why: failed.why })
    expect(value()).toBeUndefined()
    expect(past.wall.pulse.value.loaded).toBe(false)
  })

  test('shows the alerts of that minute in the truth that is shown, or says that they could not be read', async () => {
    let isAway = false
    const { show, past, letGo } = bench(answer, (time, known) =>
      isAway ? failed : { alerts: [alert({ alert_id: `${known} ${time / minute}` })], more: known === 'now' },
    )
    const ids = () => past.wall.alerts.value.map(({ alert_id }) => alert_id)
    expect(past.alertsState.value).toEqual({ kind: 'asking' })
    show(60 * minute)
    await letGo()
    expect(ids()).toEqual(['then 60'])
    expect(past.alertsState.value).toEqual({ kind: 'shown', more: false })
    show(60 * minute, 'now')
    await letGo()
    expect(ids()).toEqual(['now 60'])
    expect(past.alertsState.value).toEqual({ kind: 'shown', more: true })
    isAway = true
    show(61 * minute)
    await letGo()
    expect(ids()).toEqual([])
    expect(past.alertsState.value).toEqual({ kind: 'failed', why: failed.why })
    expect(past.state.value).toEqual({ kind: 'shown' })
  })

  test('has series as they were known then, up to the window that is shown', async () => {
    const { show, past, series, letGo } = bench(answer)
    const line = past.wall.data.watchSeries(key)
    show(100 * minute)
    await letGo()
    expect(series.at(-1)).toBe(100 * minute)
    expect(line.value.map(({ window_start }) => window_start / minute)).toEqual([97])
    show(100 * minute, 'now')
    await letGo()
    expect(series.at(-1)).toBeNull()
  })

  test('lets a series grow while minutes pass, and reads it again after a jump', async () => {
    const { show, past, series, letGo } = bench(answer)
    const line = past.wall.data.watchSeries(key)
    show(100 * minute)
    await letGo()
    const asked = series.length
    show(101 * minute)
    await letGo()
    expect(series).toHaveLength(asked)
    expect(line.value.map(({ window_start }) => window_start / minute)).toEqual([97, 98])
    show(50 * minute)
    await letGo()
    expect(series).toHaveLength(asked + 1)
    expect(line.value.map(({ window_start }) => window_start / minute)).toEqual([47])
  })
})

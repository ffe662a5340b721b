import { batch, type ReadonlySignal, signal } from '@preact/signals'
import type { AlertLine } from '../../../schemas/alerts/alert.ts'
import type { Cell } from '../../../schemas/protocol/stream.ts'
import { cellKey } from '../../client/stream-client.ts'
import type { AlertsAt } from '../protocol/parse-past.ts'
import { isRefused, type ProvenanceClient, type Refused } from '../protocol/rest-client.ts'
import { createLiveData } from './live-data.ts'
import { createPublisher } from './publisher.ts'
import type { Known } from './route.ts'
import { seriesSpanMs } from './series-book.ts'
import { type Change, changesBetween, type Needed } from './time-machine.ts'
import type { Pulse } from './trust/pulse.ts'
import type { Surroundings, Wall } from './wall.ts'

/** A minute of the past, and which truth of it. */
export interface Moment {
  /** Epoch ms. */
  readonly at: number
  readonly known: Known
  readonly needed: readonly Needed[]
}

export type PastState =
  | { readonly kind: 'asking' | 'shown' }
  | { readonly kind: 'failed'; readonly why: string }

/** What is known of the alerts of that minute: they may be missing where values are not. */
export type PastAlertsState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'shown'; readonly more: boolean }
  | { readonly kind: 'failed'; readonly why: string }

/** A wall that shows a past minute: the same components show it as show the present one. */
export interface PastWall {
  readonly wall: Wall
  readonly state: ReadonlySignal<PastState>
  /** What is known otherwise now than it was then, of the cells on screen. */
  readonly changes: ReadonlySignal<readonly Change[]>
  readonly alertsState: ReadonlySignal<PastAlertsState>
  /** Asks for a moment and shows it; of several asked for at once the last one. */
  show(moment: Moment): void
  stop(): void
}

/** Provisional values are not stored, and final ones come after the allowed lateness: up to so much later, ms. */
const settleMs = 20 * 60_000
/** While time passes minute by minute, series grow by their newest point; the points between come with a reload. */
const goOnMs = 2 * 60_000
const reloadEvery = 5

export type PastSurroundings = Pick<Surroundings, 'now' | 'onFrame' | 'after'> & {
  readonly live: Wall
  readonly rest: Pick<ProvenanceClient, 'cellsAt' | 'seriesKnownAt' | 'alertsAt'>
}

export function createPastWall({ live, rest, ...around }: PastSurroundings): PastWall {
  const state = signal<PastState>({ kind: 'asking' })
  const changes = signal<readonly Change[]>([])
  const alerts = signal<readonly AlertLine[]>([])
  const alertsState = signal<PastAlertsState>({ kind: 'asking' })
  const pulseAt = (at: number | null): Pulse => ({
    now: at,
    speed: 1,
    loaded: at !== null,
    connection: { kind: 'live', url: '' },
    lostForMs: null,
    silentForMs: null,
    newestEventTime: null,
    settleMs,
  })
  const pulse = signal(pulseAt(null))
  let shown: Moment | null = null
  let wanted: Moment | null = null
  let isAsking = false
  let isStopped = false
  let sinceReload = 0

  const loadSeries = async (moment: Moment, kpi: string, regions: readonly string[]): Promise<void> => {
    const { at, known } = moment
    const from = at - seriesSpanMs
    const answer = await rest.seriesKnownAt(kpi, regions, from, at, known === 'then' ? at : null)
    if (isRefused(answer) || moment !== shown) return
    for (const region of regions) {
      const key = cellKey(kpi, region)
      // What is known now reaches beyond the window that is shown.
      const last = data.cell(key)?.cell.window_start ?? at
      data.takeHistory(
        key,
        (answer.get(region) ?? []).filter(point => point.window_start <= last),
      )
    }
  }

  const wantedSeries = new Set<string>()
  const wantSeries = (key: string): void => {
    if (wantedSeries.size === 0) {
      around.after(0, () => {
        const keys = [...wantedSeries].map(one => one.split('|'))
        wantedSeries.clear()
        const moment = shown
        if (!moment) return
        for (const [kpi = '', group] of Map.groupBy(keys, ([kpi]) => kpi)) {
          void loadSeries(
            moment,
            kpi,
            group.map(([, region = '']) => region),
          )
        }
      })
    }
    wantedSeries.add(key)
  }

  const publish = createPublisher({ ...around, publish: at => batch(() => data.publish(at)) })
  const data = createLiveData({ onNews: publish, onSeriesWanted: wantSeries, everyMs: 0 })

  const ask = async ({ at, needed }: Moment, known: Known): Promise<readonly Cell[] | string> => {
    const answers = await Promise.all(needed.map(part => rest.cellsAt({ time: at, known, ...part })))
    const cells: Cell[] = []
    for (const answer of answers) {
      if (isRefused(answer)) return answer.why
      cells.push(...answer)
    }
    return cells
  }

  /** Alerts of another minute, or of the present, say nothing of this one. */
  const showAlerts = (answer: AlertsAt | Refused): void => {
    const isMissing = isRefused(answer)
    alerts.value = isMissing ? [] : answer.alerts
    alertsState.value = isMissing ? { kind: 'failed', why: answer.why } : { kind: 'shown', more: answer.more }
  }

  const show = (moment: Moment, then: readonly Cell[], now: readonly Cell[]): void => {
    const isNext = shown?.known === moment.known && moment.at > shown.at && moment.at - shown.at <= goOnMs
    sinceReload = isNext ? sinceReload + 1 : 0
    shown = moment
    batch(() => {
      pulse.value = pulseAt(moment.at)
      state.value = { kind: 'shown' }
      changes.value = changesBetween(then, now)
      data.replaceCells(moment.known === 'then' ? then : now, isNext && sinceReload % reloadEvery !== 0)
    })
  }

  const work = async (): Promise<void> => {
    isAsking = true
    while (wanted && !isStopped) {
      const moment: Moment = wanted
      wanted = null
      const [then, now, alertsThen] = await Promise.all([
        ask(moment, 'then'),
        ask(moment, 'now'),
        rest.alertsAt(live.home, moment.at, moment.known),
      ])
      if (isStopped) break
      if (typeof then === 'string' || typeof now === 'string') {
        // Nothing of another time is left on screen as if it were of this one.
        shown = null
        batch(() => {
          pulse.value = pulseAt(null)
          state.value = { kind: 'failed', why: typeof then === 'string' ? then : String(now) }
          changes.value = []
          alerts.value = []
          alertsState.value = { kind: 'asking' }
          data.replaceCells([], false)
        })
      } else {
        batch(() => {
          show(moment, then, now)
          showAlerts(alertsThen)
        })
      }
    }
    isAsking = false
  }

  return {
    wall: {
      home: live.home,
      places: live.places,
      sees: live.sees,
      data,
      alerts,
      pulse,
      problems: live.problems,
      health: signal(null),
      start: () => undefined,
      stop: () => undefined,
    },
    state,
    changes,
    alertsState,
    show(moment) {
      wanted = moment
      if (!isAsking) void work()
    },
    stop() {
      isStopped = true
    },
  }
}

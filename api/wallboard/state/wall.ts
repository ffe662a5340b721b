import { batch, type ReadonlySignal, signal } from '@preact/signals'
import type { AlertLine } from '../../../schemas/alerts/alert.ts'
import type { ServerMessage } from '../../../schemas/protocol/stream.ts'
import { type Region, regionOf, withAncestors } from '../../../schemas/regions/regions.ts'
import {
  type ConnectionState,
  cellKey,
  type StreamClient,
  type StreamClientOptions,
} from '../../client/stream-client.ts'
import type { DataHealth } from '../protocol/parse-health.ts'
import { isRefused, type RestClient } from '../protocol/rest-client.ts'
import { createAlertShelf } from './alerts/alert-shelf.ts'
import { citiesUnder, provinceCode } from './catalogue.ts'
import { createLiveData, type LiveData } from './live-data.ts'
import { createPublisher } from './publisher.ts'
import { seriesSpanMs } from './series-book.ts'
import { observed, type ServerClock, serverNow, welcomed } from './server-clock.ts'
import { arrived, type DataPulse, noData, silentForMs } from './trust/data-pulse.ts'
import type { Pulse } from './trust/pulse.ts'
import { stalenessOf } from './trust/staleness.ts'

/** What the wall needs of the machine it runs on. */
export interface Surroundings {
  /** What may be seen; the province where nothing is said. With everything below it. */
  readonly regions?: readonly string[]
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number
  /** 0..1 */
  readonly random: () => number
  readonly onFrame: (act: () => void) => void
  readonly after: (ms: number, act: () => void) => void
  /** Repeats until the returned function is called. */
  readonly every: (ms: number, act: () => void) => () => void
  readonly rest: RestClient
  readonly connect: (hears: StreamListener) => Pick<StreamClient, 'start' | 'stop' | 'subscribe'>
}

/** What the wall wants to hear of the stream. */
export type StreamListener = Required<
  Pick<StreamClientOptions, 'onState' | 'onCells' | 'onAlerts' | 'onMessage' | 'onError'>
>

/** Things that went wrong and were counted rather than shown one by one. */
export interface Problems {
  readonly unreadable: number
  readonly refused: number
  readonly streamErrors: number
}

export interface Wall {
  /** The first region that may be seen: where the wall begins. */
  readonly home: string
  /** The cities that may be seen; where there is none, what may be seen instead. */
  readonly places: readonly Region[]
  readonly data: LiveData
  /** Every alert that goes on, and the last that are over. */
  readonly alerts: ReadonlySignal<readonly AlertLine[]>
  readonly pulse: ReadonlySignal<Pulse>
  readonly problems: ReadonlySignal<Problems>
  /** Null while the server has no such route. */
  readonly health: ReadonlySignal<DataHealth | null>
  /** Whether the region may be seen: of what may not, nothing is asked and nothing is said. */
  sees(region: string): boolean
  start(): void
  stop(): void
}

const secondMs = 1_000
/** What is no longer current is said within three seconds, of which two may pass before it counts as that. */
const watchMs = 250
const healthEveryMs = 5_000
const retrySeriesMs = 5_000
/** The stream tells current windows only; that an older one became final or was corrected is seen by asking. */
const refreshSeriesMs = 60_000

/** The one store of a page: everything that changes, in signals. */
export function createWall(around: Surroundings): Wall {
  const { now, after, rest, regions = [provinceCode] } = around
  const sees = (region: string): boolean => withAncestors(region).some(code => regions.includes(code))
  const cities = citiesUnder(provinceCode).filter(({ code }) => sees(code))
  const problems = signal<Problems>({ unreadable: 0, refused: 0, streamErrors: 0 })
  const health = signal<DataHealth | null>(null)
  let connection: ConnectionState = { kind: 'connecting', since: now() }
  let clock: ServerClock | null = null
  let loaded = false
  let dataPulse: DataPulse = noData
  let stops: (() => void)[] = []

  const count = (what: keyof Problems): void => {
    problems.value = { ...problems.value, [what]: problems.value[what] + 1 }
  }

  const loadSeries = async (kpi: string, regions: readonly string[]): Promise<void> => {
    // Before the welcome it is not known what time it is there, and a server that is lost need not be asked by the
    // second; once live, all that is watched is asked for again.
    if (!clock || connection.kind === 'stale') return
    const to = serverNow(clock, now())
    const answer = await rest.series(kpi, regions, to - seriesSpanMs, to)
    if (!isRefused(answer)) {
      for (const region of regions) data.takeHistory(cellKey(kpi, region), answer.get(region) ?? [])
      return
    }
    count('refused')
    after(retrySeriesMs * (1 + around.random()), () => {
      const watched = data.seriesKeys()
      const still = regions.filter(region => watched.includes(cellKey(kpi, region)))
      if (still.length > 0) void loadSeries(kpi, still)
    })
  }

  const wanted = new Set<string>()
  /** What is asked for in the same moment goes into one request per KPI. */
  const wantSeries = (key: string): void => {
    if (!sees(key.slice(key.indexOf('|') + 1))) return
    if (wanted.size === 0) {
      after(0, () => {
        const keys = [...wanted].map(one => one.split('|'))
        wanted.clear()
        for (const [kpi = '', group] of Map.groupBy(keys, ([kpi]) => kpi)) {
          void loadSeries(
            kpi,
            group.map(([, region = '']) => region),
          )
        }
      })
    }
    wanted.add(key)
  }

  const loadAllSeries = (): void => data.seriesKeys().forEach(wantSeries)

  const publish = createPublisher({ ...around, publish: at => batch(() => data.publish(at)) })
  const data = createLiveData({ onNews: publish, onSeriesWanted: wantSeries })

  const pulseNow = (): Pulse => ({
    now: clock && serverNow(clock, now()),
    speed: clock?.speed ?? 1,
    loaded,
    connection,
    lostForMs: connection.kind === 'live' ? null : now() - connection.since,
    silentForMs: connection.kind === 'live' ? silentForMs(dataPulse, now()) : null,
    newestEventTime: data.newestEventTime(),
  })
  const pulse = signal(pulseNow())
  const beat = (): void => {
    pulse.value = pulseNow()
  }
  /** Between two beats, where values have just stopped, or begun, to be current. */
  const watch = (): void => {
    const next = pulseNow()
    if ((stalenessOf(next) === null) !== (stalenessOf(pulse.value) === null)) pulse.value = next
  }

  /** Keeps the server's time. */
  const onMessage = (message: ServerMessage): void => {
    if (message.type === 'snapshot') dataPulse = arrived(dataPulse, now(), true)
    if (message.type === 'delta' && message.cells.length > 0) dataPulse = arrived(dataPulse, now(), false)
    if (message.type === 'welcome') clock = welcomed(message.server_time, message.clock_speed, now())
    else if (!clock) return
    else if (message.type === 'heartbeat') clock = observed(clock, message.server_time, now())
    // Where deltas flow there may be no heartbeat for hours.
    else if (message.type === 'delta') clock = observed(clock, message.sent_at, now())
  }

  const shelf = createAlertShelf(around.onFrame)
  const client = around.connect({
    onMessage,
    onCells: data.takeCells,
    onAlerts: shelf.take,
    onState(next) {
      connection = next
      if (next.kind === 'live') {
        // Where it goes on from before without a snapshot, the time away was no silence.
        dataPulse = arrived(dataPulse, now(), true)
        loaded = true
        loadAllSeries()
      }
      beat()
    },
    onError: ({ code }) => count(code === 'unreadable_message' ? 'unreadable' : 'streamErrors'),
  })
  // Once for everything: walls that see the same have the same shape, which the server encodes once for all of them.
  client.subscribe('wall', { regions, depth: 'subtree', kpis: ['*'], alerts: true })

  const askHealth = async (): Promise<void> => {
    if (connection.kind === 'stale') {
      health.value = null
      return
    }
    const answer = await rest.dataHealth()
    if (!isRefused(answer)) health.value = answer
    else {
      // What was counted before is not how it is now; the cells tell what is still known.
      health.value = null
      if (answer.refused !== 'absent') count('refused')
    }
  }

  return {
    home: regions[0] ?? provinceCode,
    places: cities.length > 0 ? cities : regions.flatMap(code => regionOf(code) ?? []),
    sees,
    data,
    alerts: shelf.alerts,
    pulse,
    problems,
    health,
    start() {
      if (stops.length > 0) return
      stops = [
        around.every(secondMs, beat),
        around.every(watchMs, watch),
        // Of the whole province: whoever may not see that does without.
        ...(sees(provinceCode) ? [around.every(healthEveryMs, () => void askHealth())] : []),
        around.every(refreshSeriesMs, loadAllSeries),
      ]
      if (sees(provinceCode)) void askHealth()
      client.start()
    },
    stop() {
      for (const stop of stops) stop()
      stops = []
      client.stop()
    },
  }
}

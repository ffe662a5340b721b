import {
  type Cell,
  cellKey,
  createStreamClient,
  type StreamClient,
} from '../../../../api/client/stream-client.ts'
import { supersedes } from '../../../../schemas/protocol/current-value.ts'
import { counties, regions, subtreeOf } from '../../../../schemas/regions/regions.ts'
import type { Held } from './current-cells.ts'

/*
 * Many clients in one process: 5 % see the whole province, 35 % a city, 60 % a county. Every other one prefers the
 * second server. Started with `fork`: told what to do, and tells how it went, in messages.
 */

/** What the crowd can be asked. */
export type CrowdQuestion =
  | { readonly ask: 'report' }
  | { readonly ask: 'check'; readonly expected: readonly (readonly [string, Held])[] }

export interface CrowdReport {
  readonly live: number
  /** Clients by server. */
  readonly on: Readonly<Record<string, number>>
  /** Clients to which something came after they were live. */
  readonly changed: number
  /** Every connection that was lost after it was live. */
  readonly losses: readonly Loss[]
  /** Snapshots by what they were: `since`, or the reason why not. */
  readonly snapshots: Readonly<Record<string, number>>
  /** Cells that came in an older version after a newer one, that went away, and errors. */
  readonly wrong: readonly string[]
}

export interface Loss {
  readonly from: string
  /** When its client was live again, epoch ms; null while it is not. */
  readonly backAt: number | null
}

export interface CrowdCheck {
  readonly compared: number
  /** Where a client holds something else than expected. */
  readonly wrong: readonly string[]
}

interface Member {
  readonly client: StreamClient
  readonly regions: ReadonlySet<string>
  changed: boolean
}

const [urlList = '', countText = '0'] = process.argv.slice(2)
const urls = urlList.split(',')
const cities = regions.filter(({ level }) => level === 'city')
const snapshots: Record<string, number> = {}
const wrong: string[] = []
const losses: { from: string; backAt: number | null }[] = []

function member(number: number): Member {
  const share = number % 20
  const city = cities[number % cities.length]!.code
  const county = counties[number % counties.length]!.code
  const [region, depth] =
    share === 0
      ? (['370000', 'subtree'] as const)
      : share < 8
        ? ([city, 'subtree'] as const)
        : ([county, 'self'] as const)
  const newest = new Map<string, Cell>()
  let url = ''
  let loss: (typeof losses)[number] | undefined
  const client = createStreamClient({
    urls: number % 2 === 0 ? urls : urls.toReversed(),
    // Killed servers show at once; a machine with a thousand clients on it may stand still for a while.
    silentAfterMs: 15_000,
    onMessage(message) {
      if (message.type !== 'snapshot') return
      const kind = message.since === undefined ? (message.reason ?? 'first') : 'since'
      snapshots[kind] = (snapshots[kind] ?? 0) + 1
    },
    onState(state) {
      if (state.kind === 'stale') {
        loss = { from: url, backAt: null }
        losses.push(loss)
      }
      if (state.kind !== 'live') return
      url = state.url
      if (loss) loss.backAt ??= Date.now()
    },
    onCells(changed, gone) {
      if (client.state.kind === 'live') self.changed = true
      for (const { kpi, region: code } of gone) wrong.push(`${number}: ${kpi} of ${code} is gone`)
      for (const cell of changed) {
        const window = `${cellKey(cell.kpi, cell.region)}|${cell.window_start}`
        const before = newest.get(window)
        if (before && supersedes(before, cell)) wrong.push(`${number}: ${window} went back`)
        newest.set(window, cell)
      }
    },
    onError: ({ code, message }) => wrong.push(`${number}: ${code} ${message}`),
  })
  client.subscribe('mine', { regions: [region], depth, kpis: ['*'] })
  client.start()
  const codes = depth === 'self' ? [region] : subtreeOf(region).map(({ code }) => code)
  const self: Member = { client, regions: new Set(codes), changed: false }
  return self
}

const crowd = Array.from({ length: Number(countText) }, (_, number) => member(number))

function report(): CrowdReport {
  const on: Record<string, number> = {}
  for (const { client } of crowd) {
    if (client.state.kind === 'live') on[client.state.url] = (on[client.state.url] ?? 0) + 1
  }
  return {
    live: crowd.filter(({ client }) => client.state.kind === 'live').length,
    on,
    changed: crowd.filter(({ changed }) => changed).length,
    losses,
    snapshots,
    wrong: wrong.slice(0, 20),
  }
}

function check(expected: readonly (readonly [string, Held])[]): CrowdCheck {
  const differences: string[] = []
  let compared = 0
  for (const [number, { client, regions }] of crowd.entries()) {
    const held = new Map([...client.cells()].map(cell => [cellKey(cell.kpi, cell.region), cell]))
    for (const [key, one] of expected) {
      if (!regions.has(key.split('|')[1]!)) continue
      compared++
      const cell = held.get(key)
      held.delete(key)
      const isSame =
        cell?.window_start === one.window_start &&
        cell.version === one.version &&
        cell.revision === one.revision &&
        cell.value === one.value
      if (!isSame) differences.push(`${number}: ${key} ${JSON.stringify(cell)}, not ${JSON.stringify(one)}`)
    }
    for (const key of held.keys()) differences.push(`${number}: ${key} should not be held`)
  }
  return { compared, wrong: differences.slice(0, 20) }
}

process.on('message', (question: CrowdQuestion) => {
  process.send?.(question.ask === 'report' ? report() : check(question.expected))
})
process.on('disconnect', () => process.exit(0))

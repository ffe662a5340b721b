import { describe, expect, test } from 'vitest'
import type { Lineage } from '../../../../api/wallboard/protocol/parse-lineage.ts'
import type { ProvenanceClient, Refused } from '../../../../api/wallboard/protocol/rest-client.ts'
import { findOrigin } from '../../../../api/wallboard/state/find-origin.ts'
import { type Place, valueAt } from '../../../../api/wallboard/view/origin/asked-value.ts'
import type { Cell } from '../../../../schemas/protocol/stream.ts'
import { county, lineageOf } from './lineages.ts'

const absent: Refused = { refused: 'absent', why: '/lineage' }
const failed: Refused = { refused: 'failed', why: '/lineage: 503' }
const origin = { kpi: 'parking.occupancy_pct', region: '370000', windowStart: null } as const
const asked = { origin, currentStart: null, time: 9_000, readings: 0 }
const cell: Cell = {
  kpi: origin.kpi,
  region: origin.region,
  window_start: 5_000,
  window_end: 6_000,
  value: 1,
  status: 'final',
  revision: 1,
  version: 1,
  coverage: 1,
  readings: 1,
  event_time_max: null,
}

/** An api that has the lineage of these windows, and tells of `newest` as the newest final one. */
function api(stored: readonly number[], newest: readonly Cell[] | Refused, otherwise: Refused = absent) {
  const times: number[] = []
  const lineage = (start: number): Lineage => lineageOf([county('370102', {})], { window_start: start })
  const client: ProvenanceClient = {
    lineage: async ({ windowStart }) => (stored.includes(windowStart) ? lineage(windowStart) : otherwise),
    revisions: async () => [],
    cellsAt: async ({ time }) => {
      times.push(time)
      return newest
    },
    seriesKnownAt: async () => absent,
    corrections: async () => absent,
    alertsAt: async () => absent,
    alertsSince: async () => absent,
  }
  return { client, times }
}

describe('where a value comes from is asked', () => {
  test('of the window that is named', async () => {
    const { client, times } = api([7_000], [cell])
    const named = { ...asked, origin: { ...origin, windowStart: 7_000 } }
    expect(await findOrigin(client, named)).toMatchObject({ kind: 'found', lineage: { window_start: 7_000 } })
    expect(times).toEqual([])
  })

  test('of the newest final window while the current one is provisional', async () => {
    const { client, times } = api([5_000], [cell])
    expect(await findOrigin(client, asked)).toMatchObject({ kind: 'found', lineage: { window_start: 5_000 } })
    expect(times).toEqual([9_000])
  })

  test('of the current window where that is final, or of the one before until it is stored', async () => {
    const current = { ...asked, currentStart: 6_000 }
    expect(await findOrigin(api([6_000], [cell]).client, current)).toMatchObject({
      lineage: { window_start: 6_000 },
    })
    expect(await findOrigin(api([5_000], [cell]).client, current)).toMatchObject({
      lineage: { window_start: 5_000 },
    })
  })

  test('in vain where nothing is stored', async () => {
    expect(await findOrigin(api([], []).client, asked)).toEqual({ kind: 'absent' })
    const named = { ...asked, origin: { ...origin, windowStart: 7_000 } }
    expect(await findOrigin(api([5_000], [cell]).client, named)).toEqual({ kind: 'absent' })
  })

  test('and a failure is said, not taken for nothing', async () => {
    expect(await findOrigin(api([], failed).client, asked)).toEqual({ kind: 'failed', why: failed.why })
    const current = { ...asked, currentStart: 6_000 }
    expect(await findOrigin(api([], [cell], failed).client, current)).toEqual({
      kind: 'failed',
      why: failed.why,
    })
  })
})

describe('the value that is asked about', () => {
  const place = (attributes: Readonly<Record<string, string>>, around: Place | null = null): Place => ({
    closest(selector) {
      return attributes[selector.slice(1, -1)] === undefined ? (around?.closest(selector) ?? null) : this
    },
    getAttribute: name => attributes[name] ?? null,
  })
  const chosen = 'datacenter.pue'

  test('is that of the nearest region, with its KPI or the chosen one', () => {
    const tile = place({ 'data-region': '370100', 'data-kpi': 'parking.free_spaces' })
    expect(valueAt(place({}, tile), chosen)).toEqual({
      kpi: 'parking.free_spaces',
      region: '370100',
      windowStart: null,
    })
    expect(valueAt(place({ 'data-region': '370600' }), chosen)).toMatchObject({
      kpi: chosen,
      region: '370600',
    })
  })

  test('is none where no region is named, or a KPI that there is not', () => {
    expect(valueAt(place({}), chosen)).toBeNull()
    expect(valueAt(place({ 'data-region': '370100', 'data-kpi': 'x.y' }), chosen)).toBeNull()
  })
})

import fc from 'fast-check'
import { CellSpace } from '../../../api/cells/cell-space.ts'
import { CellTable } from '../../../api/cells/cell-table.ts'
import type { RegionWindow } from '../../../api/cells/region-window.ts'
import { kpis, kpisOf } from '../../../schemas/kpis/kpis.ts'
import type { Cell } from '../../../schemas/protocol/stream.ts'
import { regions } from '../../../schemas/regions/regions.ts'
import { readable } from '../laws.ts'

export const minute = 60_000
export const noon = Date.UTC(2026, 5, 1, 12)

/** A window of parking in Jinan unless said otherwise; every KPI has the same value. */
export function window(
  over: Partial<Omit<RegionWindow, 'kpis'>> & { readonly value?: number | null } = {},
): RegionWindow {
  const { value = 50, ...rest } = over
  const record = rest.record ?? 'parking'
  const window_start = rest.window_start ?? noon
  return {
    region: '370100',
    window_end: window_start + minute,
    status: 'final',
    revision: 1,
    version: 100,
    coverage: 1,
    readings: 10,
    event_time_max: window_start + minute - 1,
    ...rest,
    record,
    window_start,
    kpis: kpisOf(record as never).map(kpi => ({ kpi: kpi.id, value })),
  }
}

export function emptyTable(): CellTable {
  return new CellTable(new CellSpace(regions, kpis))
}

const fewRegions = ['370000', '370100', '370102']

/** With a handful of regions: for laws, which build many. */
export function smallTable(): CellTable {
  return new CellTable(
    new CellSpace(
      regions.filter(({ code }) => fewRegions.includes(code)),
      kpis,
    ),
  )
}

/** The current cell as a reader of the JSON sees it. */
export function cellOf(table: CellTable, kpi: string, region: string): Cell | undefined {
  const { space } = table
  const json = table.jsonOf(space.cellAt(space.regionIndex(region)!, space.columnOf(kpi)!))
  return json === undefined ? undefined : JSON.parse(json)
}

export function allCells(table: CellTable): readonly (string | undefined)[] {
  return Array.from({ length: table.space.size }, (_, cell) => table.jsonOf(cell))
}

const records = ['parking', 'rack', 'radio_pm', 'grid_census'] as const

/**
 * What rollup says about one window over time: it has these coverages while provisional, then is final, then perhaps
 * corrected. Versions grow all the time.
 */
function lifeWith(coverages: fc.Arbitrary<readonly number[]>): fc.Arbitrary<readonly RegionWindow[]> {
  return fc
    .record({
      region: fc.constantFrom(...fewRegions),
      record: fc.constantFrom(...records),
      minute: fc.nat(5),
      filling: coverages,
      closed: fc.nat(3),
      values: fc.array(fc.option(fc.integer({ min: 0, max: 100 })), { minLength: 7, maxLength: 7 }),
    })
    .map(({ region, record, minute: number, filling, closed, values }) => {
      const at = { region, record, window_start: noon + number * minute }
      const open = filling.map((coverage, index) =>
        window({
          ...at,
          coverage,
          value: values[index]!,
          status: 'provisional',
          revision: 0,
          version: 10 + index,
        }),
      )
      const done = Array.from({ length: closed }, (_, index) =>
        window({
          ...at,
          coverage: filling.at(-1)!,
          value: values[4 + index]!,
          status: index === 0 ? 'final' : 'corrected',
          revision: index + 1,
          version: 20 + index,
        }),
      )
      return [...open, ...done]
    })
}

function someOf(
  life: fc.Arbitrary<readonly RegionWindow[]>,
): fc.Arbitrary<readonly (readonly RegionWindow[])[]> {
  return fc.uniqueArray(life, {
    maxLength: 12,
    selector: ([first]) => `${first!.region}|${first!.record}|${first!.window_start}`,
  })
}

/** Everything that was said about some windows, one window after the other; each one fills up. */
export const lives: fc.Arbitrary<readonly RegionWindow[]> = someOf(
  lifeWith(
    fc
      .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 })
      .map(coverages => coverages.toSorted((left, right) => left - right)),
  ),
).map(list => readable(list.flat(), inWords))

/** Everything that was said about some windows, side by side; assets that are newly expected take coverage away again. */
export const logs: fc.Arbitrary<readonly RegionWindow[]> = someOf(
  lifeWith(fc.array(fc.constantFrom(0.2, 0.9, 1), { minLength: 1, maxLength: 4 })),
).chain(list => {
  const turns = list.flatMap((life, index) => life.map(() => index))
  return fc.shuffledSubarray(turns, { minLength: turns.length }).map(order => {
    const queues = list.map(life => [...life])
    return readable(
      order.flatMap(index => queues[index]!.splice(0, 1)),
      inWords,
    )
  })
})

function inWords({ record, region, window_start, status, version, coverage }: RegionWindow): string {
  return `${record} of ${region}, minute ${(window_start - noon) / minute}: ${status} ${version}, covered ${coverage}`
}

/** The same messages in any order, some of them more than once. */
export function shuffled<T>(list: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc
    .tuple(
      fc.shuffledSubarray([...list], { minLength: list.length }),
      fc.array(fc.nat(Math.max(0, list.length - 1)), { maxLength: list.length }),
    )
    .map(([order, again]) => {
      const said = [...order]
      for (const index of again) {
        const message = list[index]
        if (message !== undefined) said.splice(index, 0, message)
      }
      return said
    })
}

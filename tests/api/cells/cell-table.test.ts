import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxOpenWindows } from '../../../api/cells/window-row.ts'
import { currentOf, supersedes } from '../../../schemas/protocol/current-value.ts'
import { allCells, cellOf, emptyTable, lives, minute, noon, shuffled, smallTable, window } from './windows.ts'

const kpi = 'parking.occupancy_pct'
const jinan = '370100'

describe('a window that is held', () => {
  test('is found by any time within it, until a newer one is final', () => {
    const table = emptyTable()
    table.put(window({ value: 40 }))
    table.put(window({ window_start: noon + minute, status: 'provisional', revision: 0, coverage: 0.3 }))
    const at = (ms: number) => table.heldAt('parking', jinan, noon + ms)?.window_start
    expect([-1, 0, minute - 1, minute, 2 * minute - 1, 2 * minute].map(at)).toEqual([
      undefined,
      noon,
      noon,
      noon + minute,
      noon + minute,
      undefined,
    ])
    expect(table.heldAt('parking', '370102', noon)).toBeUndefined()
    expect(table.heldAt('rack', jinan, noon)).toBeUndefined()
    table.put(window({ window_start: noon + minute, version: 101 }))
    expect(at(0)).toBeUndefined()
    expect(table.heldAt('parking', jinan, noon + minute)?.status).toBe('final')
  })
})

describe('the current value', () => {
  test('is the newest window that enough assets reported in', () => {
    const table = emptyTable()
    table.put(window({ value: 40 }))
    table.put(
      window({ window_start: noon + minute, status: 'provisional', revision: 0, coverage: 0.3, value: 10 }),
    )
    expect(cellOf(table, kpi, jinan)?.value).toBe(40)
    table.put(
      window({
        window_start: noon + minute,
        status: 'provisional',
        revision: 0,
        version: 101,
        coverage: 0.8,
        value: 44,
      }),
    )
    expect(cellOf(table, kpi, jinan)).toEqual({
      kpi,
      region: jinan,
      window_start: noon + minute,
      window_end: noon + 2 * minute,
      value: 44,
      status: 'provisional',
      revision: 0,
      version: 101,
      coverage: 0.8,
      readings: 10,
      event_time_max: noon + 2 * minute - 1,
    })
  })

  test('is the newest final window when a county falls silent', () => {
    const table = emptyTable()
    table.put(window({ value: 40 }))
    table.put(window({ window_start: noon + minute, coverage: 0.1, value: 3 }))
    expect(cellOf(table, kpi, jinan)).toMatchObject({ window_start: noon + minute, value: 3, coverage: 0.1 })
  })

  test('of a coverage KPI does not flicker while a window fills either', () => {
    const table = emptyTable()
    table.put(window({ coverage: 0.1, status: 'provisional', revision: 0 }))
    expect(cellOf(table, 'parking.coverage_pct', jinan)).toBeUndefined()
    expect(cellOf(table, kpi, jinan)).toBeUndefined()
  })

  test('where nothing is expected to report is the newest final window', () => {
    const held = [
      { window_start: 0, coverage: null, status: 'final' as const },
      { window_start: 1, coverage: null, status: 'provisional' as const },
    ]
    expect(currentOf(held, 0)?.window_start).toBe(0)
    expect(currentOf(held.slice(1), 0)).toBeUndefined()
  })

  test('is null where the denominator is empty, and stays apart from zero', () => {
    const table = emptyTable()
    table.put(window({ value: null }))
    expect(cellOf(table, kpi, jinan)?.value).toBeNull()
    table.put(window({ window_start: noon + minute, value: 0 }))
    expect(cellOf(table, kpi, jinan)?.value).toBe(0)
  })

  test('stays when newly expected assets take the only window below the minimum', () => {
    const table = emptyTable()
    table.put(window({ status: 'provisional', revision: 0, version: 1, coverage: 0.9, value: 40 }))
    table.put(window({ status: 'provisional', revision: 0, version: 2, coverage: 0.7, value: 41 }))
    expect(cellOf(table, kpi, jinan)).toMatchObject({ value: 40, version: 1 })
  })

  test('survives more open windows than are kept', () => {
    const table = emptyTable()
    table.put(window({ value: 40 }))
    for (let number = 1; number <= maxOpenWindows + 5; number++) {
      table.put(
        window({ window_start: noon + number * minute, status: 'provisional', revision: 0, coverage: 0 }),
      )
    }
    expect(cellOf(table, kpi, jinan)?.value).toBe(40)
  })
})

describe('changes', () => {
  test('are told once, and only when the current value changed', () => {
    const table = emptyTable()
    expect(table.put(window())).toBe('applied')
    expect(table.put(window())).toBe('old')
    expect(table.takeChanged()).toHaveLength(window().kpis.length)
    expect(table.takeChanged()).toEqual([])
    table.put(window({ window_start: noon + minute, status: 'provisional', revision: 0, coverage: 0.1 }))
    expect(table.takeChanged()).toEqual([])
  })

  test('of a region or record that is not known here are counted, not served', () => {
    const table = emptyTable()
    expect(table.put({ ...window(), region: '110000' })).toBe('unknown')
    expect(table.put({ ...window(), record: 'weather' })).toBe('unknown')
    expect(table.takeChanged()).toEqual([])
  })
})

test('the position never goes back', () => {
  const table = emptyTable()
  table.advanceTo(10)
  table.advanceTo(4)
  expect(table.position).toBe(10)
})

test('law: whatever the order and repetition of messages, the table ends the same', () => {
  fc.assert(
    fc.property(
      lives.chain(messages => fc.tuple(fc.constant(messages), shuffled(messages))),
      ([messages, said]) => {
        const inOrder = smallTable()
        for (const message of messages) inOrder.put(message)
        const anyhow = smallTable()
        for (const message of said) anyhow.put(message)
        expect(allCells(anyhow)).toEqual(allCells(inOrder))
      },
    ),
  )
})

test('law: the table serves what the protocol calls the current value of everything that was said', () => {
  fc.assert(
    fc.property(lives, messages => {
      const table = smallTable()
      const held = new Map<string, (typeof messages)[number]>()
      for (const message of messages) {
        table.put(message)
        const key = `${message.region}|${message.record}|${message.window_start}`
        const before = held.get(key)
        if (!before || supersedes(message, before)) held.set(key, message)
      }
      for (let cell = 0; cell < table.space.size; cell++) {
        const { id, of, minCoverage } = table.space.kpiAt(cell)
        const { code } = table.space.regionAt(cell)
        const windows = [...held.values()].filter(({ region, record }) => region === code && record === of)
        const current = currentOf(windows, minCoverage)
        expect(cellOf(table, id, code)).toEqual(
          current && {
            kpi: id,
            region: code,
            window_start: current.window_start,
            window_end: current.window_end,
            value: current.kpis.find(value => value.kpi === id)?.value,
            status: current.status,
            revision: current.revision,
            version: current.version,
            coverage: current.coverage,
            readings: current.readings,
            event_time_max: current.event_time_max,
          },
        )
      }
    }),
    { numRuns: 30 },
  )
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Chunk } from '../../../../processors/audit/checks/look.ts'
import { planChunks } from '../../../../processors/audit/plan/plan-chunks.ts'
import { kpisOf } from '../../../../schemas/kpis/kpis.ts'

const minute = 60_000
const hour = 60 * minute
const bucketMs = 10 * minute
const limits = { readings: 1_000, windows: 100, kpiWindows: 300 }
const plan = (
  runs: Parameters<typeof planChunks>[1]['runs'],
  readings: readonly number[],
  from = 0,
  to = 9 * hour,
) =>
  planChunks(
    'rack',
    { runs, buckets: readings.map((count, i) => ({ start: i * bucketMs, readings: count })) },
    { from, to },
    bucketMs,
    limits,
  )
const counties = (chunks: readonly Chunk[]) =>
  chunks
    .filter(({ series }) => !series.kpi)
    .map(({ spans }) => spans.map(({ from, to }) => [from / minute, to / minute]))

describe('a range', () => {
  it('is looked at in parts with about so many readings', () => {
    const run = { sizeMs: minute, from: 0, to: hour }
    expect(counties(plan([run], [400, 400, 400, 400, 400, 400]))).toEqual([[[0, 20]], [[20, 40]], [[40, 60]]])
  })

  it('is looked at in parts with no more than so many windows', () => {
    expect(counties(plan([{ sizeMs: minute, from: 0, to: 4 * hour }], [1]))).toEqual([
      [[0, 100]],
      [[100, 200]],
      [[200, 240]],
    ])
  })

  it('is cut finer where one stretch holds more readings than a part may', () => {
    const parts = counties(plan([{ sizeMs: minute, from: 0, to: 10 * minute }], [5_000]))
    expect(parts).toEqual([[[0, 2]], [[2, 4]], [[4, 6]], [[6, 8]], [[8, 10]]])
  })

  it('reaches from the first reading to the last, stored or not', () => {
    const run = { sizeMs: 5 * minute, from: 20 * minute, to: 25 * minute }
    expect(counties(plan([run], [1, 1, 1, 1]))).toEqual([[[0, 40]]])
    expect(counties(plan([run], [1, 1, 1, 1], 12 * minute, 33 * minute))).toEqual([[[15, 35]]])
  })

  it('has the window sizes that are stored, each in its time', () => {
    const runs = [
      { sizeMs: 5 * minute, from: 0, to: 20 * minute },
      { sizeMs: minute, from: 22 * minute, to: 30 * minute },
    ]
    expect(
      plan(runs, [1, 1, 1])
        .filter(({ series }) => !series.kpi)
        .map(({ series, spans }) => [series.sizeMs / minute, spans.map(({ to }) => to / minute)]),
    ).toEqual([
      [5, [25]],
      [1, [30]],
    ])
  })

  it('has every KPI of the record type in every part of it', () => {
    const chunks = plan([{ sizeMs: minute, from: 0, to: 9 * hour }], [1]).filter(({ series }) => series.kpi)
    expect(new Set(chunks.map(({ series }) => series.kpi?.id))).toEqual(
      new Set(kpisOf('rack').map(({ id }) => id)),
    )
    expect(chunks.length).toBe(2 * kpisOf('rack').length)
  })
})

it('leaves no window out and takes none twice, whatever the readings', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3_000), { minLength: 1, maxLength: 40 }),
      fc.constantFrom(10_000, minute, 7 * minute, 15 * minute),
      (readings, sizeMs) => {
        const run = { sizeMs, from: 0, to: Math.ceil((readings.length * bucketMs) / sizeMs) * sizeMs }
        const spans = plan([run], readings)
          .filter(({ series }) => !series.kpi)
          .flatMap(chunk => chunk.spans)
        expect(spans[0]?.from).toBe(0)
        spans.forEach(({ from, to }, i) => {
          expect(from % sizeMs).toBe(0)
          expect(to).toBeGreaterThan(from)
          expect((to - from) / sizeMs).toBeLessThanOrEqual(limits.windows)
          if (i > 0) expect(from).toBe(spans[i - 1]?.to)
        })
        expect(spans.at(-1)?.to).toBeGreaterThanOrEqual(readings.length * bucketMs)
      },
    ),
  )
})

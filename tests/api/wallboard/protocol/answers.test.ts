import { describe, expect, test } from 'vitest'
import { parseHealth } from '../../../../api/wallboard/protocol/parse-health.ts'
import { parseSeries } from '../../../../api/wallboard/protocol/parse-series.ts'

describe('answers over HTTP', () => {
  test('a series is read by region', () => {
    const point = {
      window_start: 0,
      window_end: 60_000,
      value: 3,
      status: 'corrected',
      revision: 2,
      coverage: 1,
    }
    const series = parseSeries({
      series: [{ region: '370100', points: [{ ...point, version: 1, readings: 5 }] }],
    })
    expect(series).toEqual(new Map([['370100', [point]]]))
    expect(
      parseSeries({ series: [{ region: '370100', points: [{ ...point, value: 'x' }] }] }),
    ).toBeUndefined()
    expect(parseSeries({ title: 'Not found' })).toBeUndefined()
  })

  test('a count that the server does not know is null, not zero', () => {
    const known = { record: 'rack', readings_per_s: 12.5, late: null }
    const health = parseHealth({ records: [known, { ...known, suspect_assets: 3 }] })
    expect(health?.records.map(({ suspect_assets }) => suspect_assets)).toEqual([null, 3])
    expect(health?.records[0]).toMatchObject({
      record: 'rack',
      readings_per_s: 12.5,
      late: null,
      rejected: null,
    })
    expect(parseHealth({ error: 'x' })).toBeUndefined()
  })

  test.each([
    ['full', 'full'],
    ['low', 'low'],
    ['ok', null],
    ['unknown', null],
    [undefined, null],
  ])('of a disk that is %s the wall says %s', (disk, said) => {
    expect(parseHealth({ records: [], disk })?.disk).toBe(said)
  })

  test('what nobody could read comes with its place; what does not say where is left out', () => {
    const gap = {
      topic: 'telemetry.rack',
      partition: 2,
      first_offset: 100,
      last_offset: 109,
      messages: 10,
      reason: 'damaged',
    }
    const unread = [gap, { ...gap, partition: null }]
    expect(parseHealth({ records: [], unread })).toMatchObject({ records: [], unread: [gap] })
    expect(parseHealth({ records: [] })?.unread).toEqual([])
  })
})

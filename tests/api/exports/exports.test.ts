import { beforeEach, expect, test } from 'vitest'
import { Exports } from '../../../api/exports/exports.ts'
import { ManualClock } from '../../../platform/clock.ts'
import { CodedError } from '../../../platform/errors.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'

let clock: ManualClock
let metrics: Metrics
let exports: Exports
beforeEach(() => {
  clock = new ManualClock(1_000)
  metrics = new Metrics('api')
  const log = createLog('api', 'silent')
  exports = new Exports({ running: 3, maxRows: 10, longestMs: 1, metrics, log, clock })
})

const coded = (code: string) => expect.objectContaining({ code })

test('an export is told from its beginning to its end', () => {
  const progress = exports.begin('ann', 'csv', 'my-export')
  const state = () => exports.find('ann', 'my-export')
  expect(state()).toEqual({
    id: 'my-export',
    state: 'running',
    format: 'csv',
    rows: null,
    rows_written: 0,
    bytes_written: 0,
    started_at: 1_000,
    ended_at: null,
    error: null,
  })
  progress.counted(5)
  progress.wrote(100, 2)
  progress.wrote(50, 4)
  expect(state()).toMatchObject({ state: 'running', rows: 5, rows_written: 4, bytes_written: 150 })
  clock.advance(500)
  progress.failed(new CodedError('history_unavailable', 'gone'))
  progress.done()
  expect(state()).toMatchObject({
    state: 'failed',
    ended_at: 1_500,
    error: { code: 'history_unavailable', detail: 'gone' },
  })
})

test('nobody learns of the exports of others, and may name theirs the same', () => {
  exports.begin('ann', 'csv', 'the-export').done()
  expect(() => exports.find('bob', 'the-export')).toThrow(coded('export_not_found'))
  exports.begin('bob', 'parquet', 'the-export')
  expect(exports.find('ann', 'the-export').state).toBe('done')
  expect(exports.find('bob', 'the-export').state).toBe('running')
})

test('a viewer has two at once, all have as many as there may be; an end makes room', () => {
  const first = exports.begin('ann', 'csv')
  exports.begin('ann', 'csv')
  expect(() => exports.begin('ann', 'csv')).toThrow(coded('too_many_exports'))
  exports.begin('bob', 'csv')
  expect(() => exports.begin('eve', 'csv')).toThrow(coded('exports_busy'))
  first.cancelled()
  exports.begin('eve', 'csv')
})

test('an id names one that runs, or the last one', () => {
  const first = exports.begin('ann', 'csv', 'the-export')
  expect(() => exports.begin('ann', 'csv', 'the-export')).toThrow(coded('export_id_taken'))
  first.done()
  exports.begin('ann', 'parquet', 'the-export')
  expect(exports.find('ann', 'the-export')).toMatchObject({ state: 'running', format: 'parquet' })
})

test('what runs is kept, what ended is forgotten after a thousand others', async () => {
  exports.begin('ann', 'csv', 'long-running')
  for (let n = 0; n < 1_500; n++) exports.begin('bob', 'csv', `export-${n}`).done()
  expect(exports.find('ann', 'long-running').state).toBe('running')
  expect(exports.find('bob', 'export-1499').state).toBe('done')
  expect(exports.find('bob', 'export-501').state).toBe('done')
  expect(() => exports.find('bob', 'export-500')).toThrow(coded('export_not_found'))
  expect(await metrics.registry.metrics()).toContain(
    'citybrain_api_exports_total{format="csv",outcome="done"} 1500',
  )
})

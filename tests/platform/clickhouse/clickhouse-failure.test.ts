import { ClickHouseError } from '@clickhouse/client'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../platform/clickhouse/clickhouse-failure.ts'
import { retryDelayMs, retryWhileAway } from '../../../platform/clickhouse/retry-while-away.ts'
import { CodedError } from '../../../platform/errors.ts'
import { createLog } from '../../../platform/log.ts'

const clickhouse = (code: string, message = '') => new ClickHouseError({ code, message, type: '' })
const log = createLog('test', 'silent')

describe('a failure', () => {
  it.each([
    ['a refused connection', new Error('connect ECONNREFUSED'), 'away'],
    ['too many parts', clickhouse('252'), 'away'],
    ['a full disk', clickhouse('243', 'Cannot reserve 1.00 MiB, not enough space'), 'disk_full'],
    ['the same while it writes', clickhouse('75', 'errno: 28, No space left on device'), 'disk_full'],
    ['the same of a folder', clickhouse('1001', 'filesystem error: No space left on device'), 'disk_full'],
    ['a row that speaks of it', clickhouse('27', "at 'No space left on device'"), 'data'],
    ['a datum that is none', clickhouse('748'), 'data'],
    ['the same from an older server', clickhouse('1001', 'std::exception: avro::Exception: EOF'), 'data'],
    ['another C++ exception', clickhouse('1001', 'std::bad_alloc'), 'refused'],
    ['a missing table', clickhouse('60'), 'gone'],
    ['a missing database', clickhouse('81'), 'gone'],
    ['a wrong password', clickhouse('516'), 'refused'],
    ['a schema registry that is away', new CodedError('registry_unavailable', ''), 'away'],
    ['a changed migration', new CodedError('migration_changed', ''), 'refused'],
  ])('%s', (_, error, failure) => {
    expect(failureOf(error)).toBe(failure)
  })
})

describe('waiting', () => {
  it('doubles up to 5 s and is spread over half of it', () => {
    expect([1, 2, 3].map(attempt => retryDelayMs(attempt, 1))).toEqual([200, 400, 800])
    expect(retryDelayMs(100, 1)).toBe(5_000)
    expect(retryDelayMs(100, 0)).toBe(2_500)
  })

  it('goes on until it succeeds', async () => {
    let tries = 0
    const waits: string[] = []
    const run = async () => {
      tries += 1
      if (tries < 3) throw new Error('connect ECONNREFUSED')
      return 'done'
    }
    const { signal } = new AbortController()
    const result = await retryWhileAway(run, { what: 'x', log, signal, onWait: each => waits.push(each) })
    expect(result).toBe('done')
    expect(waits).toEqual(['away', 'away'])
  })

  it('says once what it waits for, and what has become of it', async () => {
    const said: string[] = []
    const loud = { ...log, warn: said.push.bind(said), debug: () => undefined, info: () => undefined }
    const failures = ['243', '243', '202', '243'].map(code => clickhouse(code))
    const run = async () => {
      const failure = failures.shift()
      if (failure) throw failure
    }
    const { signal } = new AbortController()
    await retryWhileAway(run, { what: 'x', log: loud as unknown as typeof log, signal })
    const told = said.filter(line => typeof line === 'object') as readonly { readonly failure: string }[]
    expect(told.map(({ failure }) => failure)).toEqual(['disk_full', 'away', 'disk_full'])
  })

  it('does not wait for what waiting does not cure', async () => {
    const { signal } = new AbortController()
    const run = retryWhileAway(() => Promise.reject(clickhouse('60')), { what: 'x', log, signal })
    await expect(run).rejects.toThrow(ClickHouseError)
  })

  it('ends when it is told to', async () => {
    const stop = new AbortController()
    const run = retryWhileAway(() => Promise.reject(new Error('away')), {
      what: 'x',
      log,
      signal: stop.signal,
      onWait: () => stop.abort(new Error('stopping')),
    })
    await expect(run).rejects.toThrow()
  })
})

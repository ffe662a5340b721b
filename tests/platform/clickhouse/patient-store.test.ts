import { ClickHouseError } from '@clickhouse/client'
import { describe, expect, it } from 'vitest'
import { patiently } from '../../../platform/clickhouse/patient-store.ts'

const url = 'http://127.0.0.1:8123'

/** Fails so often, then answers. */
function failing(times: number, error: Error) {
  let asked = 0
  return { ask: async () => (++asked > times ? 'answer' : Promise.reject(error)), asked: () => asked }
}

describe('a question of a command', () => {
  it('is asked again while ClickHouse is away', async () => {
    const { ask, asked } = failing(3, new Error('socket hang up'))
    expect(await patiently(url, { withinMs: 60_000 })(ask)).toBe('answer')
    expect(asked()).toBe(4)
  })

  it('fails in the name of the store where ClickHouse is away for too long', async () => {
    const { ask } = failing(Number.POSITIVE_INFINITY, new Error('socket hang up'))
    await expect(patiently(url, { withinMs: 300, hint: 'start it' })(ask)).rejects.toMatchObject({
      code: 'clickhouse_unavailable',
      message: expect.stringMatching(/^ClickHouse http:\/\/127\.0\.0\.1:8123: socket hang up, for \d+ s$/),
      hint: 'start it',
    })
  })

  it('is asked once where ClickHouse refuses it', async () => {
    const refusal = new ClickHouseError({ message: 'no such column', code: '47', type: 'UNKNOWN_IDENTIFIER' })
    const { ask, asked } = failing(Number.POSITIVE_INFINITY, refusal)
    await expect(patiently(url, { withinMs: 60_000 })(ask)).rejects.toBe(refusal)
    expect(asked()).toBe(1)
  })

  it('ends with its signal', async () => {
    const ending = new AbortController()
    const { ask } = failing(Number.POSITIVE_INFINITY, new Error('socket hang up'))
    const asked = patiently(url, { withinMs: 60_000, signal: ending.signal })(ask)
    ending.abort(new Error('stopped'))
    await expect(asked).rejects.toThrow(/stopped|aborted/)
  })
})

import { expect, test } from 'vitest'
import { Access, type Tokens } from '../../../api/access/access.ts'
import { RefusedTokens } from '../../../api/access/refused-tokens.ts'
import { ManualClock } from '../../../platform/clock.ts'
import { CodedError } from '../../../platform/errors.ts'
import { networkOf } from '../../../platform/http/loopback.ts'
import { Metrics } from '../../../platform/metrics.ts'

const viewer = { name: 'li', regions: 'all', roles: ['viewer'], expiresAt: 0 } as const

/** Access that takes the token `good`, and counts what it had to check. */
function access(perMinute = 3) {
  const wall = new ManualClock(0)
  const metrics = new Metrics('api')
  const state = { checked: 0, keys: true, good: 'good' }
  const tokens: Tokens = {
    async viewerOf(token) {
      state.checked++
      if (!state.keys) throw new CodedError('keys_unavailable', 'away')
      if (token === state.good) return viewer
      throw new CodedError('unauthorized', 'no')
    },
  }
  const refused = new RefusedTokens({ perMinute, metrics, wall })
  const known = new Access('off', tokens, refused)
  const show = async (token: string, remoteAddress = '10.0.0.1'): Promise<string> =>
    known.admit({ remoteAddress, token }).then(
      () => 'in',
      (error: CodedError) => error.code,
    )
  return { wall, metrics, state, show }
}

test('after so many refused tokens of an address, others are not even checked', async () => {
  const { show, state, metrics } = access()
  for (const token of ['a', 'b', 'c']) expect(await show(token)).toBe('unauthorized')
  expect(await show('d')).toBe('rate_limited')
  expect(state.checked).toBe(3)
  expect(await show('good', '10.0.0.2')).toBe('in')
  expect(await metrics.registry.metrics()).toMatch(/tokens_refused_total\{reason="rate_limited"\} 1/)
})

test('of many at once no more are checked than one after the other', async () => {
  const { show, state } = access()
  await Promise.all(Array.from({ length: 100 }, (_, n) => show(`${n}`)))
  expect(state.checked).toBe(3)
})

test('a token that was good before is still checked, until it is not good any more', async () => {
  const { show, state } = access()
  expect(await show('good')).toBe('in')
  for (const token of ['a', 'b', 'c', 'd']) await show(token)
  expect(await show('good')).toBe('in')
  state.good = 'another'
  expect(await show('good')).toBe('unauthorized')
  expect(await show('good')).toBe('rate_limited')
})

test('good tokens cost nothing, and with time bad ones are checked again', async () => {
  const { show, wall, state } = access()
  for (let n = 0; n < 10; n++) expect(await show('good')).toBe('in')
  for (const token of ['a', 'b', 'c']) await show(token)
  wall.advance(20_000)
  expect(await show('d')).toBe('unauthorized')
  expect(await show('e')).toBe('rate_limited')
  expect(state.checked).toBe(14)
})

test('keys that cannot be read are no fault of the token', async () => {
  const { show, state } = access()
  state.keys = false
  for (let n = 0; n < 5; n++) expect(await show('x')).toBe('keys_unavailable')
})

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::9', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  [undefined, ''],
])('%s is one sender with all of %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

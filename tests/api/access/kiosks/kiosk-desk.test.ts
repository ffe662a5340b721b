import { expect, test } from 'vitest'
import type { Kiosk } from '../../../../api/access/kiosks/kiosk.ts'
import { KioskBook } from '../../../../api/access/kiosks/kiosk-book.ts'
import { KioskDesk } from '../../../../api/access/kiosks/kiosk-desk.ts'
import { SignedTokens } from '../../../../api/access/tokens/signed-tokens.ts'
import { tokenKeys } from '../../../../api/access/tokens/token-keys.ts'
import { ManualClock } from '../../../../platform/clock.ts'
import { CodedError } from '../../../../platform/errors.ts'
import { secret } from '../tokens/tokens.ts'

const start = 1_800_000_000_500
const dayMs = 86_400_000
const wish = { wall: 'hall-1', regions: ['370100'], days: 30 }

function desk(publish: (kiosk: Kiosk) => Promise<void> = async () => undefined) {
  const wall = new ManualClock(start)
  const book = new KioskBook(() => undefined)
  const [issuer, audience] = ['https://id.example', 'citybrain']
  const tokens = new SignedTokens({
    keys: tokenKeys({ jwtSecret: secret, jwksUrl: '' }),
    issuer,
    audience,
    kiosks: book,
    wall,
  })
  return { wall, tokens, desk: new KioskDesk({ book, publish, key: { secret, issuer, audience }, wall }) }
}

test('its token is taken on its wall until it ends', async () => {
  const { desk: kiosks, tokens, wall } = desk()
  const { kiosk, token } = await kiosks.issue(wish, 'wang')
  expect(kiosk).toMatchObject({ wall: 'hall-1', created_by: 'wang', created_at: start, revoked_at: null })
  expect(kiosk.expires_at).toBe(start - 500 + 30 * dayMs)
  expect(await tokens.viewerOf(token, 'hall-1')).toEqual({
    name: `kiosk:hall-1:${kiosk.kiosk_id}`,
    regions: ['370100'],
    roles: ['viewer'],
    expiresAt: kiosk.expires_at + 5_000,
    kiosk: { id: kiosk.kiosk_id, wall: 'hall-1' },
  })
  await expect(tokens.viewerOf(token, 'hall-2')).rejects.toMatchObject({ code: 'wrong_wall' })
  wall.set(kiosk.expires_at + 5_000)
  await expect(tokens.viewerOf(token, 'hall-1')).rejects.toMatchObject({ code: 'token_expired' })
})

test('a revoked one is refused at once, its neighbour is not', async () => {
  const { desk: kiosks, tokens } = desk()
  const one = await kiosks.issue(wish, 'wang')
  const two = await kiosks.issue(wish, 'wang')
  await kiosks.revoke(one.kiosk, 'li')
  await expect(tokens.viewerOf(one.token, 'hall-1')).rejects.toMatchObject({ code: 'kiosk_revoked' })
  expect(await tokens.viewerOf(two.token, 'hall-1')).toMatchObject({ kiosk: { id: two.kiosk.kiosk_id } })
  expect(kiosks.find(one.kiosk.kiosk_id)).toMatchObject({ revoked_by: 'li', revoked_at: start })
})

test('what cannot be told to the other instances does not hold here either', async () => {
  let away = true
  const { desk: kiosks } = desk(async () => {
    if (away) throw new CodedError('kiosks_unavailable', 'away')
  })
  await expect(kiosks.issue(wish, 'wang')).rejects.toMatchObject({ code: 'kiosks_unavailable' })
  expect(kiosks.all()).toEqual([])
  away = false
  const { kiosk } = await kiosks.issue(wish, 'wang')
  away = true
  await expect(kiosks.revoke(kiosk, 'wang')).rejects.toMatchObject({ code: 'kiosks_unavailable' })
  expect(kiosks.find(kiosk.kiosk_id).revoked_at).toBeNull()
})

test('one that is not there is not found', () => {
  expect(() => desk().desk.find('x')).toThrow(expect.objectContaining({ code: 'kiosk_not_found' }))
})

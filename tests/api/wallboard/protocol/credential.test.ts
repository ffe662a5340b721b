import { expect, test } from 'vitest'
import {
  credentialOf,
  type Drawer,
  headersOf,
  regionsOf,
} from '../../../../api/wallboard/protocol/credential.ts'

function drawer(): Drawer {
  const items = new Map<string, string>()
  return {
    getItem: key => items.get(key) ?? null,
    setItem: (key, text) => void items.set(key, text),
    removeItem: key => void items.delete(key),
  }
}

test('a screen that was given a token in its address has it at the next start too, until it is told to forget it', () => {
  const screen = drawer()
  expect(credentialOf('', screen)).toBeUndefined()
  const credential = { token: 'a.b-c_d.e', wall: 'hall-1' }
  expect(credentialOf('#token=a.b-c_d.e&wall=hall-1', screen)).toEqual(credential)
  expect(credentialOf('', screen)).toEqual(credential)
  expect(credentialOf('#elsewhere', screen)).toEqual(credential)
  expect(credentialOf('#token=x.y.z', screen)).toEqual({ token: 'x.y.z' })
  expect(credentialOf('#token=', screen)).toBeUndefined()
  expect(credentialOf('', screen)).toBeUndefined()
})

test('it is shown with every request', () => {
  expect(headersOf(undefined)).toEqual({})
  expect(headersOf({ token: 'a.b.c' })).toEqual({ authorization: 'Bearer a.b.c' })
  expect(headersOf({ token: 'a.b.c', wall: 'w' })).toEqual({
    authorization: 'Bearer a.b.c',
    'citybrain-wall': 'w',
  })
})

test('a screen asks for the regions that its token names', () => {
  const tokenOf = (claims: unknown) => ({
    token: `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`,
  })
  expect(regionsOf(undefined)).toEqual(['370000'])
  expect(regionsOf({ token: 'not a token' })).toEqual(['370000'])
  expect(regionsOf(tokenOf({ sub: '济南' }))).toEqual(['370000'])
  expect(regionsOf(tokenOf({ regions: ['*', '370100'] }))).toEqual(['370000'])
  expect(regionsOf(tokenOf({ regions: ['999999', 7] }))).toEqual(['370000'])
  expect(regionsOf(tokenOf({ sub: '济南~~??', regions: ['370100', '370202'] }))).toEqual(['370100', '370202'])
})

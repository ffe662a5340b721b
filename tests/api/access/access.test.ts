import { expect, test } from 'vitest'
import { Access } from '../../../api/access/access.ts'
import { originAllowed } from '../../../api/access/origin.ts'

test.each([
  ['loopback', '127.0.0.1', true],
  ['loopback', '::1', true],
  ['loopback', '::ffff:127.0.0.1', true],
  ['loopback', '10.1.2.3', false],
  ['loopback', '::ffff:10.1.2.3', false],
  ['loopback', undefined, false],
  ['off', '127.0.0.1', false],
] as const)('anonymous %s from %s: %s', (policy, remoteAddress, admitted) => {
  expect(new Access(policy).admit({ remoteAddress }) !== undefined).toBe(admitted)
})

test.each([
  [undefined, 'wall.example:8080', true],
  ['http://wall.example:8080', 'wall.example:8080', true],
  ['http://WALL.example:8080', 'Wall.Example:8080', true],
  ['http://localhost:5173', 'wall.example:8080', true],
  ['http://[::1]:5173', 'wall.example:8080', true],
  ['http://wall.example:9090', 'wall.example:8080', false],
  ['https://evil.example', 'wall.example:8080', false],
  ['http://127.0.0.1.evil.example', 'wall.example:8080', false],
  ['null', 'wall.example:8080', false],
] as const)('a page of %s may open the stream of %s: %s', (origin, host, allowed) => {
  expect(originAllowed(origin, host)).toBe(allowed)
})

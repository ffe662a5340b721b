import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maySee, requireRegions, requireRole } from '../../../api/access/permissions.ts'
import { anonymousViewer, type Role, roles, type Viewer } from '../../../api/access/viewer.ts'
import { regionsOf } from '../../../api/cells/selection.ts'
import { depths } from '../../../schemas/protocol/stream.ts'
import { regions, subtreeOf } from '../../../schemas/regions/regions.ts'

const of = (granted: readonly string[], held: readonly Role[] = ['viewer']): Viewer => ({
  name: 'li',
  regions: granted,
  roles: held,
  expiresAt: 1,
})

describe('a region grants itself and what is below it', () => {
  test.each([
    ['370100', '370100', true],
    ['370100', '370102', true],
    ['370100', '370000', false],
    ['370100', '370200', false],
    ['370100', '370202', false],
    ['370102', '370100', false],
    ['370102', '370103', false],
    ['circle-jiaodong', '370202', true],
    ['circle-jiaodong', '370102', false],
    ['370000', 'circle-lunan', true],
    ['370000', '370102', true],
    ['3701', '370100', false],
    ['*', '370100', false],
  ])('%s shows %s: %s', (granted, asked, seen) => {
    expect(maySee(of([granted]), asked)).toBe(seen)
  })

  test('no region, nothing; a region that does not exist, nobody but those who see all', () => {
    expect(regions.some(({ code }) => maySee(of([]), code))).toBe(false)
    expect(maySee(of(['371200']), '371200')).toBe(false)
    expect(regions.every(({ code }) => maySee(anonymousViewer, code))).toBe(true)
  })
})

const codes = regions.map(({ code }) => code)
const someCodes = fc.array(fc.constantFrom(...codes), { minLength: 1, maxLength: 4 })

test('law: a selection is let through exactly if every region it holds lies below a granted one', () => {
  fc.assert(
    fc.property(someCodes, someCodes, fc.constantFrom(...depths), (granted, asked, depth) => {
      const allowed = new Set(granted.flatMap(code => subtreeOf(code).map(region => region.code)))
      const all = asked.flatMap(code => regionsOf(code, depth)).every(({ code }) => allowed.has(code))
      const check = () => requireRegions(of(granted), { regions: asked, depth })
      if (all) expect(check).not.toThrow()
      else expect(check).toThrow(expect.objectContaining({ code: 'forbidden_region' }))
    }),
  )
})

test('the first region that is not allowed is named', () => {
  expect(() =>
    requireRegions(of(['370100']), { regions: ['370102', '370200', '370000'], depth: 'self' }),
  ).toThrow('li may not see region "370200"')
})

test.each(roles)('%s is needed: those have it who hold it, and admins', needed => {
  for (const held of roles) {
    const check = () => requireRole(of([], [held]), needed)
    if (held === needed || held === 'admin') expect(check).not.toThrow()
    else expect(check).toThrow(expect.objectContaining({ code: 'forbidden_role' }))
  }
})

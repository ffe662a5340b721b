import { expect, it } from 'vitest'
import { RegistryChanges } from '../../../processors/correct/registry-changes.ts'

it('waits until a crowd of changes is over, and gives out where the first of them begins', () => {
  const changes = new RegistryChanges()
  changes.note('rack', 500, 0)
  changes.note('rack', 300, 900)
  changes.note('parking', 700, 1_000)
  expect(changes.take(1_999)).toBeUndefined()
  expect(changes.take(2_000)).toEqual(['rack', 300])
  expect(changes.take(2_000)).toEqual(['parking', 700])
  expect(changes.take(2_000)).toBeUndefined()
})

it('does not wait for ever', () => {
  const changes = new RegistryChanges()
  for (let now = 0; now <= 4_900; now += 700) changes.note('rack', 100 + now, now)
  expect(changes.take(4_999)).toBeUndefined()
  expect(changes.take(5_000)).toEqual(['rack', 100])
})

it('gives each out once more, for those who had not heard of it', () => {
  const changes = new RegistryChanges()
  changes.note('rack', 500, 0)
  expect(changes.take(1_000)).toEqual(['rack', 500])
  changes.note('rack', 900, 2_000)
  expect(changes.take(3_000)).toEqual(['rack', 900])
  expect(changes.take(62_999)).toBeUndefined()
  expect(changes.take(63_000)).toEqual(['rack', 500])
  expect(changes.take(200_000)).toBeUndefined()
})

it('goes on where it was left, or earlier where a change asks for it', () => {
  const changes = new RegistryChanges()
  changes.note('rack', Number.NEGATIVE_INFINITY, 0)
  expect(changes.take(1_000)).toEqual(['rack', Number.NEGATIVE_INFINITY])
  changes.rest('rack', 86_400_000)
  expect(changes.take(1_000)).toEqual(['rack', 86_400_000])
  changes.rest('rack', 2 * 86_400_000)
  changes.note('rack', 77, 1_500)
  expect(changes.take(2_500)).toEqual(['rack', 77])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  canonical,
  emptyStore,
  lookUp,
  register,
  type SchemaStore,
  schemaText,
  setLevel,
  usesOf,
  versions,
} from '../../../../deploy/local/registry/schema-store.ts'

type Field = { name: string; type: unknown; default?: unknown }
const record = (...fields: Field[]) => JSON.stringify({ type: 'record', name: 'Reading', fields })
const power: Field = { name: 'power_w', type: 'double' }
const v1 = record(power)
const v2 = record(power, { name: 'phase', type: ['null', 'int'], default: null })
const withoutDefault = record(power, { name: 'phase', type: 'int' })

const withV1 = register(emptyStore, 'rack-value', v1).store

test('the same schema gets the same id again, whatever its white space and order of attributes', () => {
  const again = register(
    withV1,
    'rack-value',
    ' { "name": "Reading", "fields": [{"type":"double","name":"power_w"}], "type": "record" }',
  )
  expect(again).toEqual({ store: withV1, id: 1, version: 1 })
  expect(again.store).toBe(withV1)
})

test('ids are global: another subject with the same schema shares the id', () => {
  const { store, id } = register(withV1, 'other-value', v1)
  expect(id).toBe(1)
  expect(usesOf(store, 1).map(use => use.subject)).toEqual(['other-value', 'rack-value'])
})

test('a field with a default makes the next version', () => {
  const { store, id, version } = register(withV1, 'rack-value', v2)
  expect({ id, version }).toEqual({ id: 2, version: 2 })
  expect(versions(store, 'rack-value').map(each => each.schema)).toEqual([v1, v2])
  expect(lookUp(store, 'rack-value', v1)?.version).toBe(1)
})

test('a field without a default is refused, and says which', () => {
  expect(() => register(withV1, 'rack-value', withoutDefault)).toThrow(/incompatible.*Reading\.phase/)
})

test.each(['{', '{"type":"record"}', '"no-such-type"'])('%s is not a schema', text => {
  expect(() => register(emptyStore, 's', text)).toThrow('Invalid schema')
})

test('the level of a subject decides what may follow', () => {
  expect(register(setLevel(withV1, 'NONE'), 'rack-value', '"string"').version).toBe(2)
  expect(register(setLevel(withV1, 'FORWARD', 'rack-value'), 'rack-value', withoutDefault).version).toBe(2)
  expect(() => register(setLevel(withV1, 'FULL', 'rack-value'), 'rack-value', withoutDefault)).toThrow(
    'incompatible',
  )
})

test('transitive levels look at all versions, the others at the last', () => {
  const phase = (type: string): Field => ({ name: 'phase', type: ['null', type], default: null })
  const history = [record(power, phase('string')), record(power), record(power, phase('int'))]
  const grow = (level: 'BACKWARD' | 'BACKWARD_TRANSITIVE') =>
    history.reduce<SchemaStore>(
      (store, text) => register(store, 's', text).store,
      setLevel(emptyStore, level),
    )
  expect(versions(grow('BACKWARD'), 's')).toHaveLength(3)
  expect(() => grow('BACKWARD_TRANSITIVE')).toThrow('incompatible')
})

test('subjects may have any name', () => {
  const { store } = register(emptyStore, 'constructor', v1)
  expect(versions(store, 'constructor')).toHaveLength(1)
  expect(versions(store, 'toString')).toEqual([])
  const odd = register(emptyStore, '__proto__', v1).store
  expect(versions(odd, '__proto__')).toHaveLength(1)
})

test('whatever is registered in whatever order, an id always means the same text', () => {
  const schemas = [v1, v2, '"string"', '"long"', record({ name: 'x', type: 'int' })]
  const step = fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom(...schemas))
  fc.assert(
    fc.property(fc.array(step), steps => {
      let store = setLevel(emptyStore, 'NONE')
      const seen = new Map<number, string>()
      for (const [subject, schema] of steps) {
        const registered = register(store, subject, schema)
        store = registered.store
        const before = seen.get(registered.id)
        expect(before === undefined || before === canonical(schema)).toBe(true)
        seen.set(registered.id, canonical(schema))
      }
      for (const [id, schema] of seen) expect(canonical(schemaText(store, id))).toBe(schema)
      expect(seen.size).toBe(new Set(steps.map(([, schema]) => canonical(schema))).size)
    }),
  )
})

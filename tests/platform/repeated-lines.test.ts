import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RepeatedLines } from '../../platform/repeated-lines.ts'

const everyMs = 60_000

test('a line is told at once, those that follow are counted and said when the minute is over', () => {
  const lines = new RepeatedLines<number>()
  expect(lines.tell('refused', 'a', 0, 0)).toBe(true)
  expect(lines.tell('refused', 'a', 1, 1)).toBe(false)
  expect(lines.tell('refused', 'a', 2, 59_999)).toBe(false)
  expect(lines.due(59_999)).toEqual([])
  expect(lines.due(everyMs)).toEqual([{ line: 2, count: 2, mixed: false }])
  expect(lines.tell('refused', 'a', 3, everyMs + 1)).toBe(false)
  expect(lines.due(2 * everyMs)).toEqual([{ line: 3, count: 1, mixed: false }])
  // It has stopped, and is told at once when it begins again.
  expect(lines.due(3 * everyMs)).toEqual([])
  expect(lines.tell('refused', 'a', 4, 3 * everyMs + 1)).toBe(true)
})

test('another text and another kind are told at once; kinds that there is no room for are counted together', () => {
  const lines = new RepeatedLines<string>({ mostKinds: 2, mostTexts: 2 })
  const tell = (text: string, kind: string) => lines.tell(text, kind, `${text} ${kind}`, 0)
  expect([tell('refused', 'a'), tell('refused', 'b'), tell('reset', 'a')]).toEqual([true, true, true])
  expect([tell('refused', 'c'), tell('refused', 'd'), tell('refused', 'a')]).toEqual([false, false, false])
  // Texts that there is no room for share one table.
  expect([tell('gone', 'a'), tell('lost', 'b'), tell('late', 'c')]).toEqual([true, true, false])
  expect(lines.due(everyMs)).toEqual([
    { line: 'refused a', count: 1, mixed: false },
    { line: 'refused d', count: 2, mixed: true },
    { line: 'late c', count: 1, mixed: true },
  ])
})

test('whatever is written: every line is told or counted once, and of a text no more than its kinds a minute', () => {
  const written = fc.array(
    fc.record({ text: fc.nat(5), kind: fc.nat(9), afterMs: fc.constantFrom(0, 1_000, 20_000, 70_000) }),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(written, all => {
      const lines = new RepeatedLines<string>({ mostKinds: 3, mostTexts: 4 })
      const said: { readonly text: number; readonly at: number }[] = []
      let [now, told, counted] = [0, 0, 0]
      const sayDue = () => {
        for (const { line, count } of lines.due(now)) {
          counted += count
          said.push({ text: Number(line), at: now })
        }
      }
      for (const { text, kind, afterMs } of all) {
        now += afterMs
        sayDue()
        if (!lines.tell(String(text), String(kind), String(text), now)) continue
        told++
        said.push({ text, at: now })
      }
      for (const { count } of lines.rest()) counted += count
      expect(told + counted).toBe(all.length)
      for (const { at } of said) {
        const within = said.filter(one => one.at >= at && one.at < at + everyMs)
        // Three kinds and what exceeds them, of four texts and of all others.
        expect(within.length).toBeLessThanOrEqual(2 * 4 * 5)
      }
    }),
  )
})

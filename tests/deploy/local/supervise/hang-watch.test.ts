import { expect, test } from 'vitest'
import { type Beat, Heartbeat } from '../../../../deploy/local/supervise/hang-watch.ts'

const lost = (waitedMs: number, tookMs = 7_000): Beat => ({ answered: false, tookMs, waitedMs })
const answer: Beat = { answered: true, tookMs: 2_000, waitedMs: 0 }

/** Number of the beat after which it hangs, from 1; undefined when it never does. */
function hangsAt(beats: readonly Beat[]): number | undefined {
  const heartbeat = new Heartbeat(20_000)
  const at = beats.findIndex(beat => heartbeat.note(beat))
  return at < 0 ? undefined : at + 1
}

test('a process that was stopped hangs once it was silent for the limit', () => {
  expect(hangsAt([answer, lost(0), lost(0), lost(0)])).toBe(4)
})

test('one that answers now and then does not', () => {
  expect(hangsAt(Array.from({ length: 100 }, (_, i) => (i % 3 === 0 ? answer : lost(0))))).toBeUndefined()
})

test('two lost answers are not enough, however long they took', () => {
  expect(hangsAt([lost(0, 60_000), lost(0, 60_000)])).toBeUndefined()
})

test('one that waits for a processor is slow and does not hang', () => {
  expect(hangsAt(Array.from({ length: 100 }, () => lost(7_000)))).toBeUndefined()
})

test('an endless loop that gets a third of a processor is found after three times as long', () => {
  expect(hangsAt(Array.from({ length: 20 }, () => lost(4_667)))).toBe(9)
})

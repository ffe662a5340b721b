import { expect, test } from 'vitest'
import { StartProgress } from '../../../../deploy/local/supervise/start-progress.ts'

const lag = (messages: number) => `lag of kpi.regional: ${messages} messages, limit 50000`

test('what is new, and less left to do than ever, is progress', () => {
  const progress = new StartProgress()
  for (const text of ['start: waiting for history', lag(424_095), lag(424_094), 'migrated 3 tables']) {
    progress.pass(1_000)
    progress.hear(text)
    expect(progress.stalledMs).toBe(0)
  }
})

test.each([
  ['the same again', ['waiting for the schema registry', 'waiting for the schema registry']],
  ['more left to do', [lag(100), lag(200), lag(300)]],
  ['up and down', [lag(100), lag(300), lag(200), lag(100)]],
  ['a silence that grows', ['kafka: no answer for 9 s', 'kafka: no answer for 10 s']],
  [
    'another name for the same',
    [
      'left citybrain-follow-x-0b29a1f4-77de-4c1e-9d5b-1f2a3b4c5d6e',
      'left citybrain-follow-x-ffff1111-2222-4333-8444-555566667777',
    ],
  ],
])('%s is none', (_, texts) => {
  const progress = new StartProgress()
  for (const text of texts) progress.hear(text)
  for (const text of texts) {
    progress.pass(1_000)
    progress.hear(text)
  }
  expect(progress.stalledMs).toBe(1_000 * texts.length)
})

test('a part that says something else for ever is given up all the same', () => {
  const progress = new StartProgress()
  for (let i = 0; i < 5_000; i++) {
    progress.pass(1)
    progress.hear(String.fromCodePoint(0x4e00 + i))
  }
  expect(progress.stalledMs).toBeGreaterThan(0)
})

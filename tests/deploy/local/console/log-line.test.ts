import { expect, test } from 'vitest'
import { isShown, readLine, renderLine } from '../../../../deploy/local/console/log-line.ts'

const nowMs = new Date(2026, 0, 2, 3, 4, 5, 67).getTime()
const render = (text: string, stream: 'stdout' | 'stderr' = 'stdout') =>
  renderLine(readLine(text, 'ingest', stream, nowMs))

test('a line of ours keeps its time, level, part, message and fields', () => {
  const time = new Date(2026, 0, 2, 9, 8, 7, 6).toISOString()
  const line = {
    level: 'warn',
    time,
    part: 'rollup',
    msg: 'slow',
    lag: 5,
    why: 'two words',
    empty: '',
    list: [1],
  }
  expect(render(JSON.stringify(line))).toBe(
    '09:08:07.006 WARN  rollup      slow lag=5 why="two words" empty="" list=[1]',
  )
})

test('a stack is shown below its line', () => {
  const line = {
    level: 'error',
    time: new Date(nowMs).toISOString(),
    part: 'api',
    msg: 'failed',
    stack: 'Error: x\n    at y',
  }
  expect(render(JSON.stringify(line))).toBe(
    '03:04:05.067 ERROR api         failed\n    Error: x\n        at y',
  )
})

test.each(['plain text', '{not JSON', '{"json":"but no message"}', '[1]'])('%s is wrapped', text => {
  expect(render(text)).toBe(`03:04:05.067 INFO  ingest      ${text}`)
  expect(render(text, 'stderr')).toBe(`03:04:05.067 WARN  ingest      ${text}`)
})

test('a threshold shows its own level and what is graver', () => {
  expect(isShown('error', 'warn')).toBe(true)
  expect(isShown('warn', 'warn')).toBe(true)
  expect(isShown('info', 'warn')).toBe(false)
  expect(isShown('fatal', 'silent')).toBe(false)
})

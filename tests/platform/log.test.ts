import { afterEach, expect, test, vi } from 'vitest'
import { ManualClock } from '../../platform/clock.ts'
import { kafkajsLog } from '../../platform/kafka/kafkajs-log.ts'
import { createLog } from '../../platform/log.ts'

afterEach(() => vi.useRealTimers())

function written() {
  vi.useFakeTimers({ toFake: ['setInterval'] })
  const lines: Record<string, unknown>[] = []
  const held: string[] = []
  const clock = new ManualClock()
  const destination = { write: (text: string) => void lines.push(JSON.parse(text)) }
  const log = createLog('test', 'debug', { clock, destination, onHeldBack: level => held.push(level) })
  const pass = (ms: number) => {
    clock.advance(ms)
    vi.advanceTimersByTime(ms)
  }
  return { log, lines, held, pass }
}

test('a loop of thousands writes one line, and their number a minute later', () => {
  const { log, lines, held, pass } = written()
  for (let offset = 0; offset < 19_621; offset++)
    log.error(
      { topic: 'kpi.late', partition: 3, offset: String(offset), reason: `bad at ${offset}` },
      'not a notice',
    )
  expect(lines).toMatchObject([{ level: 'error', part: 'test', msg: 'not a notice', offset: '0' }])
  expect(held).toHaveLength(19_620)
  pass(65_000)
  expect(lines.slice(1)).toMatchObject([
    { level: 'error', msg: 'not a notice', partition: 3, offset: '19620', held_back: 19_620 },
  ])
  pass(120_000)
  expect(lines).toHaveLength(2)
})

test('what speaks of something else is told: another topic, partition, asset, reason, level', () => {
  const { log, lines } = written()
  const about = { topic: 'a', partition: 0, asset: 'x', reason: 'refused' }
  const others = [{ topic: 'b' }, { partition: 1 }, { asset: 'y' }, { reason: 'reset' }]
  for (const other of [{}, ...others]) {
    log.warn({ ...about, ...other }, 'not written')
    log.warn({ ...about, ...other, attempt: 2 }, 'not written')
  }
  log.error(about, 'not written')
  expect(lines).toHaveLength(1 + others.length + 1)
})

test('debug lines are all written, and a text without fields is a kind too', () => {
  const { log, lines } = written()
  for (let n = 0; n < 3; n++) log.debug({ n }, 'asked for')
  for (let n = 0; n < 3; n++) log.info('ready')
  expect(lines.map(({ msg }) => msg)).toEqual(['asked for', 'asked for', 'asked for', 'ready'])
})

test('of what kafkajs says at every try one line is written', () => {
  const { log, lines } = written()
  const say = kafkajsLog(log)(1)
  for (let retryCount = 0; retryCount < 50; retryCount++) {
    const message = 'Connection error: connect ECONNREFUSED 127.0.0.1:9092'
    const about = { broker: '127.0.0.1:9092', clientId: 'a', retryCount }
    say({ namespace: 'Connection', level: 1, label: 'ERROR', log: { timestamp: '', message, ...about } })
  }
  expect(lines).toMatchObject([{ level: 'error', broker: '127.0.0.1:9092', namespace: 'Connection' }])
})

import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { wallClock } from '../../../../platform/clock.ts'
import { createLog } from '../../../../platform/log.ts'
import { Metrics } from '../../../../platform/metrics.ts'
import { Notifier } from '../../../../processors/alerting/out/notifier.ts'
import { notifierMetrics } from '../../../../processors/alerting/out/notifier-metrics.ts'
import type { Receiver } from '../../../../processors/alerting/out/receiver.ts'
import { readReceiverFile } from '../../../../processors/alerting/out/receiver-file.ts'
import { receivers } from '../../../../processors/alerting/out/receivers.ts'
import type { Alert } from '../../../../schemas/alerts/alert.ts'
import { firedAlert } from './fired-alert.ts'

const patience = { timeout: 20_000, interval: 50 }

interface Call {
  readonly url: string
  readonly body: Record<string, unknown>
}

/** A chat platform: it answers 200 whatever it thinks of a message. */
let server: Server
let calls: Call[]
/** What it answers to call number n, from 1 on; 0 is taken. */
let answerTo: (call: number, body: Record<string, unknown>) => { status: number; errcode: number }
let folder: string
let notifier: Notifier | undefined

beforeEach(async () => {
  calls = []
  answerTo = () => ({ status: 200, errcode: 0 })
  folder = await mkdtemp(join(tmpdir(), 'citybrain-receivers-'))
  server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request))
    calls.push({ url: request.url ?? '', body })
    const { status, errcode } = answerTo(calls.length, body)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ errcode, code: errcode, errmsg: 'send too fast' }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterEach(async () => {
  notifier?.stop()
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/robot?token=t`

/** The receivers of a file with this one entry. */
async function described(entry: Readonly<Record<string, unknown>>): Promise<readonly Receiver[]> {
  const path = join(folder, 'receivers.yaml')
  await writeFile(path, JSON.stringify([{ name: 'group', url: address(), ...entry }]))
  return receivers({
    alertmanagerUrl: '',
    alertWebhooks: [],
    alertWebhookSecret: '',
    alertReceivers: path,
    wallUrl: 'http://wall.test/',
  })
}

/** An alert of now. */
const alertNow = (changes: Partial<Alert>): Alert => firedAlert({ window_end: Date.now(), ...changes })

function alertsOf(count: number): Map<string, Alert> {
  const all = Array.from({ length: count }, (_, i) => alertNow({ alert_id: `alert-${i}` }))
  return new Map(all.map(alert => [alert.alert_id, alert]))
}

function tell(known: ReadonlyMap<string, Alert>, to: readonly Receiver[]) {
  const settled = new Map<string, string>()
  const metrics = new Metrics('test')
  notifier = new Notifier({
    receivers: to,
    known: [],
    alertOf: id => known.get(id),
    open: () => [...known.values()],
    write: async written => {
      for (const [key, value] of written) settled.set(key, value?.state ?? 'gone')
    },
    groupWaitMs: 0,
    horizonMs: 3_600_000,
    clock: wallClock,
    wall: wallClock,
    clockSpeed: 1,
    metrics: notifierMetrics(metrics),
    log: createLog('test', 'silent'),
    fail: error => {
      throw error
    },
  })
  notifier.start(known.values())
  return { states: () => [...settled.values()], settled }
}

/** How often the text of an alert is in what was sent. */
const toldOf = (id: string) =>
  calls.filter(({ body }) => JSON.stringify(body).includes(`alert=${id})`)).length

describe('a robot of a chat group', () => {
  test.each(['dingtalk', 'feishu', 'wecom'])(
    'of %s hears of what comes at once in one message each alert once',
    async format => {
      const known = alertsOf(17)
      const { states } = tell(known, await described({ format }))
      await vi.waitUntil(
        () => states().length === 17 && states().every(state => state === 'delivered'),
        patience,
      )
      const atOnce = format === 'wecom' ? 8 : 20
      expect(calls).toHaveLength(Math.ceil(17 / atOnce))
      for (const id of known.keys()) expect(toldOf(id)).toBe(1)
      for (const { body } of calls) {
        expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(format === 'wecom' ? 4_400 : 20_000)
        expect(format === 'feishu' ? body.msg_type : body.msgtype).toBe(
          format === 'feishu' ? 'interactive' : 'markdown',
        )
      }
    },
  )

  it('is told again what it did not take, though it answered 200', async () => {
    answerTo = call => ({ status: 200, errcode: call <= 2 ? 130_101 : 0 })
    const { states } = tell(alertsOf(3), await described({ format: 'dingtalk' }))
    await vi.waitUntil(
      () => states().length === 3 && states().every(state => state === 'delivered'),
      patience,
    )
    expect(calls).toHaveLength(3)
  })

  it('gets no more messages in a minute than it may; what comes meanwhile is told together', async () => {
    const known = alertsOf(1)
    const [to] = await described({ format: 'dingtalk', per_minute: 1 })
    expect(to!.perMinute).toBe(1)
    const looked = vi.fn(() => 1)
    const limited = Object.defineProperty({ ...to! }, 'perMinute', { get: looked })
    const { states } = tell(known, [limited])
    await vi.waitUntil(() => states().includes('delivered'), patience)
    const more = alertNow({ alert_id: 'alert-more' })
    known.set('alert-more', more)
    notifier?.note('alert-more')
    await vi.waitUntil(() => states().includes('pending'), patience)
    // It was looked whether that may be sent, and more than once.
    looked.mockClear()
    await vi.waitUntil(() => looked.mock.calls.length > 3, patience)
    expect(calls).toHaveLength(1)
    expect(states().filter(state => state === 'pending')).toHaveLength(1)
  })

  it('loses one alert, and not those that were told with it, where one is refused for good', async () => {
    const isBad = (body: Record<string, unknown>) => JSON.stringify(body).includes('alert=alert-1)')
    answerTo = (_, body) => ({ status: isBad(body) ? 400 : 200, errcode: 0 })
    const { settled } = tell(alertsOf(4), await described({ format: 'wecom' }))
    await vi.waitUntil(() => settled.size === 4 && ![...settled.values()].includes('pending'), patience)
    const states = [...settled].map(([key, state]) => [key.split('|')[1], state])
    expect(Object.fromEntries(states)).toEqual({
      'alert-0': 'delivered',
      'alert-1': 'failed',
      'alert-2': 'delivered',
      'alert-3': 'delivered',
    })
  })

  it('is told what a long summary begins with, and its link whole', async () => {
    const summary_zh = '机柜进风温度过高'.repeat(400)
    const long = alertNow({ alert_id: 'long', annotations: { summary_zh, summary_en: 'x' } })
    const { states } = tell(new Map([['long', long]]), await described({ format: 'wecom' }))
    await vi.waitUntil(() => states().includes('delivered'), patience)
    const { content } = calls[0]!.body.markdown as { content: string }
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(480)
    expect(content).toMatch(
      /^\*\*\[.+\] 触发：机柜进风温度过高.*…\*\* \[查看\]\(http:\/\/wall\.test\/\?screen=alerts&alert=long\)$/,
    )
  })

  it('is shown the secret as its platform wants it', async () => {
    for (const format of ['dingtalk', 'feishu']) {
      const { states } = tell(alertsOf(1), await described({ format, secret: 'SEC1' }))
      await vi.waitUntil(() => states().includes('delivered'), patience)
      notifier?.stop()
    }
    const [ding, feishu] = calls
    const query = new URL(ding!.url, 'http://x').searchParams
    const signed = `${query.get('timestamp')}\nSEC1`
    expect(query.get('token')).toBe('t')
    expect(query.get('sign')).toBe(createHmac('sha256', 'SEC1').update(signed).digest('base64'))
    const { timestamp, sign } = feishu!.body
    expect(sign).toBe(createHmac('sha256', `${timestamp}\nSEC1`).digest('base64'))
  })
})

test('nobody is told of history that is replayed, until a window of now says the same', async () => {
  const hour = 3_600_000
  const old = alertNow({ alert_id: 'old', window_end: Date.now() - hour - 5_000 })
  const over = alertNow({ alert_id: 'over', window_end: Date.now() - 300 * 24 * hour, state: 'resolved' })
  const recent = alertNow({ alert_id: 'recent', window_end: Date.now() - hour + 60_000 })
  const known = new Map([old, over, recent].map(alert => [alert.alert_id, alert]))
  const { states } = tell(known, await described({ format: 'wecom' }))
  await vi.waitUntil(() => states().includes('delivered'), patience)
  expect([toldOf('old'), toldOf('over'), toldOf('recent')]).toEqual([0, 0, 1])
  known.set('old', { ...old, window_end: Date.now() })
  await vi.waitUntil(() => toldOf('old') === 1, patience)
  expect([toldOf('over'), toldOf('recent')]).toEqual([0, 1])
})

test('a webhook of the file says what success is, and is signed', async () => {
  answerTo = call => ({ status: 200, errcode: call === 1 ? 7 : 0 })
  const entry = { success: { field: 'errcode', is: 0 }, secret: 'a secret' }
  const { states } = tell(alertsOf(1), await described(entry))
  await vi.waitUntil(() => states().includes('delivered'), patience)
  expect(calls.map(({ body }) => [body.version, body.notice])).toEqual([
    [1, 'fired'],
    [1, 'fired'],
  ])
})

describe('a file of receivers', () => {
  const read = async (text: string) => {
    const path = join(folder, 'file.yaml')
    await writeFile(path, text)
    return readReceiverFile(path)
  }

  it('lists them', async () => {
    expect(
      await read(
        '- {name: a, url: "http://a.test"}\n- {name: b, url: "https://b.test", format: wecom, per_minute: 5}',
      ),
    ).toEqual([
      { name: 'a', url: 'http://a.test' },
      { name: 'b', url: 'https://b.test', format: 'wecom', per_minute: 5 },
    ])
  })

  it.each([
    ['- {name: a, url: "http://a.test"}\n- {name: b, url: ftp://b}', /line 2: url /],
    ['- name: a\n  url: http://a.test\n  format: slack', /line 3: format /],
    ['- name: a\n  url: http://a.test\n  per_minute: 0', /line 3: per_minute /],
    ['- {name: a}', /line 1: /],
    ['- {name: a, url: "http://a.test", sucess: 1}', /line 1: /],
    ['- {name: a, url: "http://a.test"}\n- {name: a, url: "http://b.test"}', /name a is there twice/],
    ['[]', /the list /],
    ['- {', /line 1: /],
  ])('%s is refused with its line', async (text, problem) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(problem),
    })
  })
})

import fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { alertmanager, postable } from '../../../../processors/alerting/out/alertmanager.ts'
import { decideRetry } from '../../../../processors/alerting/out/decide-retry.ts'
import { neededNotice } from '../../../../processors/alerting/out/needed-notice.ts'
import { NotificationLedger } from '../../../../processors/alerting/out/notification-ledger.ts'
import { receivers } from '../../../../processors/alerting/out/receivers.ts'
import {
  keyHeader,
  signature,
  signatureHeader,
  webhook,
} from '../../../../processors/alerting/out/webhook.ts'
import { WebhookBodySchema } from '../../../../schemas/alerts/webhook-body.ts'
import { firedAlert } from './fired-alert.ts'

const never = { last: null, escalations: 0 } as const
const link = (id: string) => `http://wall.test/?alert=${id}`
const fired = firedAlert()

describe('what a receiver is told next', () => {
  test.each([
    [{}, null, 'fired'],
    [{}, 'fired', null],
    [{ state: 'pending' }, null, null],
    [{ inhibited_by: 'another' }, null, null],
    [{ silenced_by: ['s1'] }, null, null],
    [{ closed_at: 1 }, null, null],
    [{ state: 'unknown' }, null, 'fired'],
    [{ escalations: 1 }, 'fired', 'escalated'],
    [{ escalations: 1, inhibited_by: 'another' }, 'fired', null],
    [{ state: 'resolved' }, 'fired', 'resolved'],
    [{ state: 'resolved', inhibited_by: 'another' }, 'escalated', 'resolved'],
    [{ state: 'resolved' }, null, null],
    [{ state: 'resolved' }, 'resolved', null],
    [{ state: 'retracted' }, 'fired', 'retracted'],
    [{ state: 'retracted' }, 'resolved', 'retracted'],
    [{ state: 'retracted' }, null, null],
    [{}, 'resolved', 'fired'],
    [{}, 'retracted', 'fired'],
  ] as const)('of %j, having heard %s: %s', (changes, last, notice) => {
    expect(neededNotice({ ...fired, ...changes }, { last, escalations: 0 })).toBe(notice)
  })
})

describe('the ledger', () => {
  test('numbers what is told, and gives the same keys after a restart', () => {
    const ledger = new NotificationLedger([])
    expect(ledger.toldSoFar('r', fired.alert_id)).toEqual(never)
    const first = ledger.next('r', fired, 'fired', 1)
    ledger.put(first)
    const second = ledger.next('r', fired, 'escalated', 2)
    ledger.put(second)
    expect(second.transition).toBe('2:escalated')
    const again = new NotificationLedger([second, { ...first, state: 'delivered', alert: null }])
    expect(again.toldSoFar('r', fired.alert_id)).toEqual({ last: 'escalated', escalations: 1 })
    expect(again.pending('r')).toEqual([second])
    expect(again.next('r', fired, 'resolved', 3).transition).toBe('3:resolved')
    expect(again.forget(fired.alert_id)).toEqual([
      `r|${fired.alert_id}|1:fired`,
      `r|${fired.alert_id}|2:escalated`,
    ])
    expect(again.toldSoFar('r', fired.alert_id)).toEqual(never)
  })
})

describe('whether it is tried again', () => {
  const answer = (status: number, retryAfterMs: number | null = null, refusal: string | null = null) => ({
    ...{ status, retryAfterMs, refusal },
    said: '',
  })

  test.each([200, 202, 204])('%i is taken', status => {
    expect(decideRetry(answer(status), 1, 0)).toEqual({ is: 'delivered' })
  })

  test.each([400, 413, 422])('%i will never be taken', status => {
    expect(decideRetry(answer(status), 1, 0).is).toBe('give up')
  })

  test.each([302, 401, 404, 408, 429, 500, 503])('%i may be taken later', status => {
    expect(decideRetry(answer(status), 1, 0).is).toBe('retry')
  })

  test('a receiver may ask for time, and one that does not answer is asked again', () => {
    expect(decideRetry(answer(503, 42_000), 1, 0)).toMatchObject({ is: 'retry', afterMs: 42_000 })
    expect(decideRetry({ status: null, said: 'refused' }, 1, 0)).toMatchObject({
      afterMs: 500,
      reason: 'refused',
    })
  })

  test('pauses double up to a minute, and half of each is left to chance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, random) => {
          const decision = decideRetry({ status: null, said: '' }, n, random)
          if (decision.is !== 'retry') throw new Error(decision.is)
          const full = Math.min(60_000, 1_000 * 2 ** Math.min(n - 1, 20))
          expect(decision.afterMs).toBeGreaterThanOrEqual(full / 2)
          expect(decision.afterMs).toBeLessThanOrEqual(full)
        },
      ),
    )
  })
})

describe('a webhook', () => {
  const ledger = new NotificationLedger([])
  const notification = ledger.next('webhook', fired, 'fired', 5_000)

  test('gets the documented body, signed, with a key that stays the same', () => {
    const { request } = webhook('https://example.org/hook?token=t', 'secret', link)
    const first = request([{ notification, alert: fired }], 1_700_000_000_123)
    const body: unknown = JSON.parse(first.body)
    expect(Value.Errors(WebhookBodySchema, body)).toEqual([])
    expect(body).toMatchObject({ notice: 'fired', number: 1, url: link(fired.alert_id) })
    expect(first.headers[signatureHeader]).toBe(signature('secret', first.body, 1_700_000_000_000))
    expect(first.headers[signatureHeader]).toMatch(/^t=1700000000,v1=[0-9a-f]{64}$/)
    const later = request([{ notification, alert: fired }], 1_700_000_900_000)
    expect(later.body).toBe(first.body)
    expect(later.headers[keyHeader]).toBe(first.headers[keyHeader])
  })

  test('is not signed without a secret, and its name says nothing of its address but the host', () => {
    const { name, request } = webhook('https://example.org/hook?token=t', '', link)
    expect(request([{ notification, alert: fired }], 0).headers).not.toHaveProperty(signatureHeader)
    expect(name).toMatch(/^webhook:example\.org:[0-9a-f]{8}$/)
  })
})

describe('Alertmanager', () => {
  const now = fired.fired_at! + 30_000

  test('gets the labels that its users expect, and hears again before it forgets', () => {
    const { request, refresh } = alertmanager('http://am.test/', link)
    const notification = new NotificationLedger([]).next('alertmanager', fired, 'fired', now)
    const { url, body } = request([{ notification, alert: fired }], now)
    expect(url).toBe('http://am.test/api/v2/alerts')
    const [told] = JSON.parse(body)
    expect(told).toMatchObject({
      labels: { alertname: 'InletHot', region: '370202', severity: 'major', alert_id: fired.alert_id },
      startsAt: new Date(fired.fired_at!).toISOString(),
      generatorURL: link(fired.alert_id),
    })
    expect(Date.parse(told.endsAt) - now).toBeGreaterThan(2 * refresh!.everyMs)
  })

  test('event time that is ahead of the wall is over all the same', () => {
    const over = { ...fired, state: 'resolved', resolved_at: now + 3_600_000 } as const
    const told = postable(over, true, now - 600_000, link)
    // What Alertmanager's own templates show, besides the texts of the rule.
    expect(told.annotations).toMatchObject({
      summary: `${over.annotations.summary_zh} / ${over.annotations.summary_en}`,
      ...over.annotations,
    })
    expect(Date.parse(told.endsAt)).toBe(now - 600_000)
    expect(Date.parse(told.startsAt)).toBeLessThan(Date.parse(told.endsAt))
  })
})

test('receivers are those that the settings name, each once', () => {
  const settings = {
    alertmanagerUrl: '',
    alertWebhooks: [],
    alertWebhookSecret: '',
    alertReceivers: '',
    wallUrl: 'http://wall.test/',
  }
  expect(receivers(settings)).toEqual([])
  const all = receivers({
    ...settings,
    alertmanagerUrl: 'http://am.test',
    alertWebhooks: ['http://a.test/1', 'http://a.test/2', 'http://a.test/1'],
  })
  expect(all.map(({ name }) => name)).toEqual([
    'alertmanager',
    expect.stringMatching(/^webhook:a/),
    expect.stringMatching(/^webhook:a/),
  ])
})

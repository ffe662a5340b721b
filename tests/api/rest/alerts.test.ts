import { beforeEach, describe, expect, test, vi } from 'vitest'
import { SignedTokens } from '../../../api/access/tokens/signed-tokens.ts'
import { tokenKeys } from '../../../api/access/tokens/token-keys.ts'
import type { AlertDesk } from '../../../api/alerts/alert-desk.ts'
import { AlertDesk as Desk } from '../../../api/alerts/alert-desk.ts'
import { wallClock } from '../../../platform/clock.ts'
import { CodedError } from '../../../platform/errors.ts'
import { folded } from '../../../schemas/alerts/alert.ts'
import type { AlertCommand } from '../../../schemas/alerts/alert-command.ts'
import { hs256, secret } from '../access/tokens/tokens.ts'
import { alert, entry, silence } from '../alerts/alerts.ts'
import { app, emptyDesk } from '../app.ts'
import { noon } from '../cells/windows.ts'

// An app of its own for each test.
vi.setConfig({ testTimeout: 60_000 })

const hour = 3_600_000
const tokens = new SignedTokens({
  keys: tokenKeys({ jwtSecret: secret, jwksUrl: '' }),
  issuer: '',
  audience: '',
  wall: wallClock,
})
const operator = {
  authorization: `Bearer ${hs256({
    sub: 'li',
    exp: Math.floor(Date.now() / 1000) + 3_600,
    regions: ['370100'],
    roles: ['operator'],
  })}`,
}

let commands: AlertCommand[]
let desk: AlertDesk
let opened: ReturnType<typeof app> | undefined
beforeEach(() => {
  commands = []
  desk = emptyDesk(commands)
  opened = undefined
})
const api = () => {
  opened ??= app({ desk, tokens })
  return opened
}

describe('the list of alerts', () => {
  const idsOf = async (query: string) => {
    const answer = await (await api()).inject(`/v1/alerts?${query}`)
    expect(answer.statusCode, answer.body).toBe(200)
    return (answer.json().alerts as readonly { alert_id: string }[]).map(one => one.alert_id)
  }

  test('has what goes on, whatever its age, and what is lately over, the newest first', async () => {
    const day = 24 * hour
    desk.alerts.put(alert({ alert_id: 'old', fired_at: noon - 3 * day, updated_at: noon - 3 * day }))
    desk.alerts.put(alert({ alert_id: 'new', fired_at: noon - hour }))
    desk.alerts.put(
      alert({ alert_id: 'over', fired_at: noon - 2 * hour, state: 'resolved', updated_at: noon }),
    )
    desk.alerts.put(alert({ alert_id: 'long over', state: 'resolved', updated_at: noon - 2 * day }))
    expect(await idsOf('')).toEqual(['new', 'over', 'old'])
    expect(await idsOf(`since=${noon - 3 * day}`)).toContain('long over')
    expect(await idsOf('state=firing&severity=major&severity=minor')).toEqual(['new', 'old'])
    expect(await idsOf('severity=critical')).toEqual([])
    expect(await idsOf('limit=1')).toEqual(['new'])
  })

  test('reaches down as far as is asked for', async () => {
    desk.alerts.put(alert({ alert_id: 'city' }))
    desk.alerts.put(alert({ alert_id: 'county', region: '370102' }))
    desk.alerts.put(alert({ alert_id: 'elsewhere', region: '370202' }))
    expect((await idsOf('region=370100')).sort()).toEqual(['city', 'county'])
    expect(await idsOf('region=370100&depth=self')).toEqual(['city'])
  })

  test('says that ClickHouse is away only where memory does not reach', async () => {
    desk.alerts.put(alert({ alert_id: 'a', updated_at: noon - 10 * hour, state: 'resolved' }))
    desk.alerts.forget('a')
    const inject = async (query: string) => (await (await api()).inject(`/v1/alerts?${query}`)).json()
    expect(await inject('')).toMatchObject({ code: 'history_unavailable' })
    expect(await inject('state=firing')).toMatchObject({ alerts: [] })
    expect(await inject(`since=${noon - hour}`)).toMatchObject({ alerts: [] })
  })
})

test('the alerts of a past time are read from ClickHouse, whatever is in memory', async () => {
  desk.alerts.put(alert({ alert_id: 'a' }))
  const inject = async (query: string) => (await (await api()).inject(`/v1/alerts/at?${query}`)).json()
  expect(await inject(`time=${noon}`)).toMatchObject({ code: 'history_unavailable' })
  for (const query of ['', 'time=yesterday', `time=${noon}&known=later`, `time=${noon}&limit=2001`]) {
    expect(await inject(query)).toMatchObject({ code: 'invalid_request' })
  }
  expect(await inject(`time=${noon}&region=999999`)).toMatchObject({ code: 'unknown_region' })
})

test('an alert comes with its history and with those that it mutes', async () => {
  desk.alerts.put(alert({ alert_id: 'a', history: [entry(), entry({ what: 'inhibited' })] }))
  desk.alerts.put(alert({ alert_id: 'muted', region: '370102', inhibited_by: 'a' }))
  const answer = (await (await api()).inject('/v1/alerts/a')).json()
  expect(answer.alert.history).toHaveLength(2)
  expect(answer.alert.labels).toEqual({ team: 'traffic' })
  expect(answer.mutes).toMatchObject([{ alert_id: 'muted' }])
})

describe('operators', () => {
  const post = async (url: string, body: object, headers: object = {}) =>
    (await api()).inject({ method: 'POST', url, body, headers: { ...operator, ...headers } })

  test('acknowledge, dispatch, comment and close: each is one command', async () => {
    desk.alerts.put(alert({ alert_id: 'a' }))
    const said = [
      ['ack', { note: 'on my way' }],
      ['dispatch', { assigned_to: 'unit 7', due_at: noon + hour }],
      ['comment', { note: '已派人' }],
      ['close', {}],
    ] as const
    for (const [action, body] of said) {
      const answer = await post(`/v1/alerts/a/${action}`, body)
      expect(answer.statusCode, answer.body).toBe(202)
      expect(answer.json()).toEqual({ command_id: commands.at(-1)?.command_id })
      const rest = { note: null, assigned_to: null, due_at: null, silence: null, ...body }
      expect(commands.at(-1)).toEqual(
        expect.objectContaining({ action, alert_id: 'a', by: 'li', at: noon, ...rest }),
      )
    }
    expect(new Set(commands.map(one => one.command_id)).size).toBe(4)
  })

  test('ask again with the same key, and it is the same command; for something else it is another', async () => {
    desk.alerts.put(alert({ alert_id: 'a' }))
    desk.alerts.put(alert({ alert_id: 'b' }))
    const key = { 'idempotency-key': 'tap-1' }
    const id = async (url: string, body: object) => (await post(url, body, key)).json().command_id
    const first = await id('/v1/alerts/a/ack', {})
    expect(await id('/v1/alerts/a/ack', {})).toBe(first)
    expect(await id('/v1/alerts/b/ack', {})).not.toBe(first)
    expect(await id('/v1/alerts/a/close', {})).not.toBe(first)
    const wish = { regions: ['370100'], reason: 'rebuilt', minutes: 5 }
    const silenced = await id('/v1/silences', wish)
    expect(await id('/v1/silences', wish)).toBe(silenced)
    expect(await id('/v1/silences', { ...wish, minutes: 6 })).not.toBe(silenced)
    const refused = await post('/v1/alerts/a/ack', {}, { 'idempotency-key': 'two words' })
    expect(refused.statusCode).toBe(400)
  })

  test('silence an alert: its rule in its region, and nothing else', async () => {
    desk.alerts.put(alert({ alert_id: 'a' }))
    const answer = await post('/v1/alerts/a/silence', { reason: 'rebuilt', minutes: 30, kind: 'maintenance' })
    expect(answer.statusCode, answer.body).toBe(202)
    const expected = {
      kind: 'maintenance',
      regions: ['370100'],
      matchers: [
        { label: 'alertname', op: '=', value: 'parking-full' },
        { label: 'region', op: '=', value: '370100' },
      ],
      starts_at: noon,
      ends_at: noon + hour / 2,
      reason: 'rebuilt',
      created_by: 'li',
    }
    expect(answer.json().silence).toMatchObject({ ...expected, state: 'active' })
    expect(commands).toMatchObject([{ action: 'silence', alert_id: null, silence: expected }])
    // Alerting has not said it yet.
    const { silence_id } = answer.json().silence
    const ended = await (await api()).inject({
      method: 'DELETE',
      url: `/v1/silences/${silence_id}`,
      headers: operator,
    })
    expect(ended.statusCode).toBe(202)
    expect(commands[1]).toMatchObject({ action: 'unsilence', silence: { silence_id } })
  })

  test('see the silences that mute something of theirs, and end those that are all theirs', async () => {
    desk.silences.put(silence({ silence_id: 'of the province', regions: ['370000'] }))
    desk.silences.put(silence({ silence_id: 'own', regions: ['370102'], ends_at: noon + 1 }))
    desk.silences.put(silence({ silence_id: 'over', ends_at: noon - 1 }))
    desk.silences.put(silence({ silence_id: 'elsewhere', regions: ['370200'] }))
    const server = await api()
    const listed = (await server.inject({ url: '/v1/silences?region=370100', headers: operator })).json()
    expect(listed.silences.map((one: { silence_id: string }) => one.silence_id)).toEqual([
      'own',
      'of the province',
    ])
    const end = async (id: string) =>
      (await server.inject({ method: 'DELETE', url: `/v1/silences/${id}`, headers: operator })).statusCode
    expect(await end('own')).toBe(202)
    expect(await end('of%20the%20province')).toBe(403)
    expect(await end('elsewhere')).toBe(404)
    expect(await end('none')).toBe(404)
    expect(commands).toMatchObject([{ action: 'unsilence', silence: { silence_id: 'own' } }])
  })

  test('comment on an alert until it is full, and may still close it', async () => {
    const comments = Array.from({ length: 400 }, (_, n) =>
      entry({ what: 'commented', by: 'li', command_id: `c${n}` }),
    )
    desk.alerts.put(alert({ alert_id: 'a', history: [entry(), ...comments] }))
    const refused = await post('/v1/alerts/a/comment', { note: 'one more' })
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'alert_full'])
    expect((await post('/v1/alerts/a/close', {})).statusCode).toBe(202)
    const acks = Array.from({ length: 100 }, (_, n) =>
      entry({ what: 'acknowledged', by: 'li', command_id: `a${n}` }),
    )
    desk.alerts.put(alert({ alert_id: 'a', version: 2, history: [entry(), ...comments, ...acks] }))
    expect((await post('/v1/alerts/a/close', {})).json()).toMatchObject({ code: 'alert_full' })
    expect(commands).toHaveLength(1)
  })

  test('see the beginning of what was said while ClickHouse, which has the rest, is away', async () => {
    const said = entry({ what: 'commented', by: 'li', note: '县'.repeat(2_000), command_id: 'c1' })
    desk.alerts.put(alert({ alert_id: 'a', history: [entry(), folded(said)] }))
    const answer = (await (await api()).inject('/v1/alerts/a')).json()
    expect(answer).toMatchObject({ folded: 1, alert: { history: [{}, { note: `${'县'.repeat(40)}…` }] } })
  })

  test('see which silence is not applied, and why', async () => {
    desk.silences.put(silence())
    const dear = { label: 'kpi', op: '=~', value: '(?:(?:(?:){1000}){1000}){1000}' } as const
    desk.silences.put(silence({ silence_id: 'dear', matchers: [dear] }))
    const listed = (
      await (await api()).inject({ url: '/v1/silences?region=370100', headers: operator })
    ).json()
    expect(listed.silences).toMatchObject([
      { silence_id: 's1', not_applied: null },
      { silence_id: 'dear', not_applied: expect.stringContaining('steps') },
    ])
  })

  test('cannot use up the silences of all', async () => {
    for (let n = 0; n < 200; n++) desk.silences.put(silence({ silence_id: `own ${n}`, created_by: 'li' }))
    const wish = { regions: ['370100'], reason: 'rebuilt', minutes: 5 }
    const refused = await post('/v1/silences', wish)
    expect(refused.statusCode).toBe(409)
    expect(refused.json()).toMatchObject({ code: 'too_many_silences' })
    desk.silences.put(silence({ silence_id: 'own 0', created_by: 'li', cancelled_at: noon }))
    expect((await post('/v1/silences', wish)).statusCode).toBe(202)
  })

  test('are told what is wrong with a matcher, and with a body', async () => {
    const wish = { regions: ['370100'], reason: 'rebuilt', minutes: 5 }
    const matchers = [{ label: 'kpi', op: '=~', value: 'parking.(' }]
    expect((await post('/v1/silences', { ...wish, matchers })).json()).toMatchObject({
      code: 'invalid_matcher',
    })
    const dear = [{ label: 'kpi', op: '=~', value: '(?:(?:(?:(?:){1000}){1000}){1000}){1000}' }]
    expect((await post('/v1/silences', { ...wish, matchers: dear })).json()).toMatchObject({
      code: 'invalid_matcher',
    })
    expect((await post('/v1/silences', { ...wish, minutes: 0 })).json()).toMatchObject({
      code: 'invalid_request',
    })
    desk.alerts.put(alert({ alert_id: 'a' }))
    expect((await post('/v1/alerts/a/comment', {})).json()).toMatchObject({ code: 'invalid_request' })
    expect(commands).toEqual([])
  })

  test('are told when Kafka does not take it', async () => {
    desk = new Desk({
      ...desk,
      clock: { now: () => noon },
      publish: async () => {
        throw new CodedError('alerts_unavailable', 'Kafka does not acknowledge')
      },
    })
    desk.alerts.put(alert({ alert_id: 'a' }))
    const answer = await post('/v1/alerts/a/ack', {})
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('5')
  })
})

test('somebody without a token looks and does nothing', async () => {
  desk.alerts.put(alert({ alert_id: 'a' }))
  const server = await api()
  expect((await server.inject('/v1/alerts/a')).statusCode).toBe(200)
  const acted = await server.inject({ method: 'POST', url: '/v1/alerts/a/ack', body: {} })
  expect(acted.json()).toMatchObject({ code: 'forbidden_role' })
  expect(commands).toEqual([])
})

test('the rules that run are told as alerting told them, and files that it could not read', async () => {
  const told = { group: 'parking', file: 'parking.yaml', loaded_at: 1, error: null }
  desk.rules.put({ ...told, name: 'full', rule: '{"name":"full","severity":"major"}' })
  desk.rules.put({ ...told, name: 'radio.yaml', group: '', rule: '', error: '3:7: no such KPI' })
  expect((await (await api()).inject('/v1/rules')).json().rules).toEqual([
    { ...told, name: 'radio.yaml', group: '', rule: null, error: '3:7: no such KPI' },
    { ...told, name: 'full', rule: { name: 'full', severity: 'major' } },
  ])
})

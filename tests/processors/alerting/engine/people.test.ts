import { describe, expect, test } from 'vitest'
import { isFolded } from '../../../../schemas/alerts/alert.ts'
import type { AlertAction, AlertCommand } from '../../../../schemas/alerts/alert-command.ts'
import type { Silence } from '../../../../schemas/alerts/silence.ts'
import { deeds, hot, minute, qingdao, shinan, silent, ToldEngine, t0 } from './told-county.ts'

const id = `InletHot:${shinan}:20260601T000000Z`
const day = 24 * 60 * minute
/** When the first alert of these tests becomes known. */
const firedAt = t0 + minute + 2_000

function command(action: AlertAction, at: number, rest: Partial<AlertCommand> = {}): AlertCommand {
  return {
    command_id: `${action}@${at}`,
    at,
    by: 'li.wei',
    action,
    alert_id: id,
    note: null,
    assigned_to: null,
    due_at: null,
    silence: null,
    ...rest,
  }
}

const silence: Silence = {
  silence_id: 's1',
  kind: 'maintenance',
  regions: [qingdao],
  matchers: [{ label: 'alertname', op: '=~', value: 'Inlet.*' }],
  starts_at: t0 + 5 * minute,
  ends_at: t0 + 10 * minute,
  reason: 'chiller is replaced',
  created_by: 'wang.fang',
  created_at: t0,
  cancelled_by: null,
  cancelled_at: null,
}

describe('what people do', () => {
  test('is recorded with who and when, and applied once', () => {
    const { engine, ...told } = new ToldEngine().tell({ window: 0, celsius: 31 })
    const ack = command('ack', t0 + 2 * minute, { note: 'on it' })
    expect(engine.command(ack, ack.at)).toBe('applied')
    expect(engine.command(ack, ack.at)).toBe('repeated')
    expect(engine.command(command('ack', t0 + 3 * minute, { by: 'zhao' }), t0 + 3 * minute)).toBe('applied')
    expect(engine.command(command('ack', t0, { alert_id: 'none' }), t0)).toBe('unknown')
    expect(told.log).toHaveLength(1)
    const alert = engine.book.get(id)!
    expect(alert).toMatchObject({ acknowledged_by: 'li.wei', acknowledged_at: ack.at })
    expect(deeds(alert)).toEqual(['fired', 'acknowledged', 'acknowledged'])
    expect(alert.history[1]).toMatchObject({ by: 'li.wei', note: 'on it', command_id: ack.command_id })
  })

  test('a unit that it is dispatched to has as long as the rule says, or the dispatcher', () => {
    const { engine } = new ToldEngine().tell({ window: 0, celsius: 31 })
    engine.command(command('dispatch', t0 + 2 * minute, { assigned_to: 'cooling 3' }), t0 + 2 * minute)
    expect(engine.book.get(id)).toMatchObject({
      assigned_to: 'cooling 3',
      due_at: t0 + 2 * minute + hot.dueMs,
    })
    const due_at = t0 + 60 * minute
    engine.command(
      command('dispatch', t0 + 3 * minute, { assigned_to: 'cooling 1', due_at }),
      t0 + 3 * minute,
    )
    expect(engine.book.get(id)).toMatchObject({ assigned_to: 'cooling 1', due_at })
  })

  test('an alert that was closed demands nothing until it is raised anew', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 })
    told.engine.command(command('close', t0 + 2 * minute), t0 + 2 * minute)
    expect(told.alert(id)).toMatchObject({ state: 'firing', closed_by: 'li.wei' })
    told.tell({ window: 0, celsius: 20, status: 'corrected' })
    told.tell({ window: 0, celsius: 30, status: 'corrected', revision: 3 })
    expect(told.alert(id)).toMatchObject({ state: 'firing', closed_by: null, closed_at: null })
  })

  test('of what happens to an alert again and again the commands are kept', () => {
    const told = new ToldEngine([{ ...hot, noData: 'keep' }]).tell({ window: 0, celsius: 31 })
    told.engine.command(command('comment', firedAt, { note: 'seen' }), firedAt)
    for (let window = 1; window < 300; window++)
      told.tell({ window, celsius: 31, coverage: window % 2 === 0 ? 1 : 0.1 })
    expect(deeds(told.alert(id)).filter(what => what !== 'commented').length).toBeLessThanOrEqual(200)
    expect(deeds(told.alert(id))).toContain('commented')
    expect(told.engine.command(command('comment', firedAt, { note: 'seen' }), firedAt)).toBe('repeated')
  })

  test('is folded where too much was said, and applied once all the same', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 })
    const comments = Array.from({ length: 450 }, (_, n) =>
      command('comment', firedAt + n, { note: `${n}${'县'.repeat(1_990)}` }),
    )
    for (const one of comments) expect(told.engine.command(one, one.at)).toBe('applied')
    const { history } = told.alert(id)
    expect(deeds(told.alert(id))).toEqual(['fired', ...comments.map(() => 'commented')])
    expect(history.slice(-10).map(({ note }) => note)).toEqual(comments.slice(-10).map(({ note }) => note))
    expect(history.slice(1, -20).every(isFolded)).toBe(true)
    expect(history[1]?.note).toMatch(/^0县+…$/)
    told.publish()
    told.restart({ alerts: [told.alert(id)], series: [], silences: [], position: 1 })
    for (const one of comments) expect(told.engine.command(one, one.at)).toBe('repeated')
    expect(told.alert(id).history).toEqual(history)
  })

  test('ends somewhere: what is more than an alert carries is not applied, and said to be so', () => {
    const told = new ToldEngine([{ ...hot, escalateAfterMs: 5 * minute }]).tell({ window: 0, celsius: 31 })
    for (let n = 0; n < 500; n++)
      expect(told.engine.command(command('comment', firedAt + n), firedAt + n)).toBe('applied')
    const more = command('comment', firedAt + 500)
    expect(told.engine.command(more, more.at)).toBe('full')
    // What the rule and timers say goes on.
    told.engine.tick(firedAt + 6 * minute)
    told.tell({ window: 1, celsius: 20 }, { window: 2, celsius: 20 })
    expect(deeds(told.alert(id)).filter(what => what !== 'commented')).toEqual([
      'fired',
      'escalated',
      'resolved',
    ])
  })
})

describe('silences', () => {
  test('hold from their begin to their end, for what they speak of', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 })
    const { engine } = told
    expect(engine.command(command('silence', t0 + 2 * minute, { silence }), t0 + 2 * minute)).toBe('applied')
    expect(told.alert(id).silenced_by).toEqual([])
    engine.tick(t0 + 5 * minute)
    expect(told.alert(id)).toMatchObject({ state: 'firing', silenced_by: ['s1'] })
    expect(told.alert(id).history.at(-1)).toMatchObject({ by: 'wang.fang', note: 'chiller is replaced' })
    told.tell({ window: 6, region: '370203', celsius: 31 })
    expect(told.alert('InletHot:370203:20260601T000600Z').silenced_by).toEqual(['s1'])
    engine.tick(t0 + 10 * minute)
    expect(told.alert(id).silenced_by).toEqual([])
    expect(deeds(told.alert(id))).toEqual(['fired', 'silenced', 'unsilenced'])
  })

  test('that cannot be applied are kept, named and stop no other', () => {
    const dear = { label: 'region', op: '=~', value: '(?:(?:(?:){1000}){1000}){1000}' } as const
    const stored = [{ ...silence, silence_id: 'dear', matchers: [dear] }, silence]
    const told = new ToldEngine()
    told.restart({ alerts: [], series: [], silences: stored, position: 0 })
    told.tell({ window: 0, celsius: 31 })
    told.engine.tick(t0 + 6 * minute)
    expect(told.alert(id)).toMatchObject({ state: 'firing', silenced_by: ['s1'] })
    expect([...told.engine.silences.setAside()]).toEqual([['dear', expect.stringContaining('steps')]])
    expect(told.engine.silences.get('dear')).toEqual(stored[0])
    const cancel = command('unsilence', t0 + 7 * minute, { silence: stored[0] ?? null })
    expect(told.engine.command(cancel, cancel.at)).toBe('applied')
  })

  test('are taken back once, and known again after a restart', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 })
    const { engine } = told
    const now = t0 + 6 * minute
    engine.command(command('silence', now, { silence }), now)
    expect(told.alert(id).silenced_by).toEqual(['s1'])
    const kept = [...engine.silences.take().values()].flatMap(one => one ?? [])
    told.publish()
    told.restart({ alerts: [told.alert(id)], series: [], silences: kept, position: 1 })
    expect(told.engine.command(command('silence', now, { silence }), now)).toBe('repeated')
    const cancel = command('unsilence', now + minute, { silence })
    expect(told.engine.command(cancel, cancel.at)).toBe('applied')
    expect(told.engine.command(cancel, cancel.at)).toBe('repeated')
    expect(told.alert(id).silenced_by).toEqual([])
    expect(told.engine.silences.get('s1')).toMatchObject({ cancelled_by: 'li.wei', cancelled_at: cancel.at })
  })
})

describe('time', () => {
  const impatient = { ...hot, escalateAfterMs: 10 * minute }

  test('an alert that nobody acknowledges in time is escalated, at the time when it was due', () => {
    const told = new ToldEngine([impatient]).tell({ window: 0, celsius: 31 })
    told.engine.tick(firedAt + 10 * minute - 1)
    expect(told.alert(id).escalations).toBe(0)
    told.engine.tick(firedAt + 25 * minute)
    expect(told.alert(id).escalations).toBe(2)
    expect(told.alert(id).history.map(({ at }) => at)).toEqual([
      firedAt,
      firedAt + 10 * minute,
      firedAt + 20 * minute,
    ])
    told.engine.tick(firedAt + 10 * day)
    expect(told.alert(id).escalations).toBe(3)
  })

  test.each(['ack', 'dispatch', 'close'] as const)('%s keeps it from being escalated', action => {
    const told = new ToldEngine([impatient]).tell({ window: 0, celsius: 31 })
    told.engine.command(command(action, firedAt + minute, { assigned_to: 'cooling 3' }), firedAt + minute)
    told.engine.tick(firedAt + day)
    expect(told.alert(id).escalations).toBe(0)
  })

  test('an alert that is muted is not escalated while it is', () => {
    const told = new ToldEngine([impatient, silent]).tell({ window: 0, celsius: 31 })
    told.tell({ window: 1, celsius: null, coverage: 0 })
    told.engine.tick(firedAt + day)
    expect(told.alert(id)).toMatchObject({ escalations: 0, state: 'unknown' })
  })

  test('what is over is forgotten after a week, what never fired after an hour, and where it is too much', () => {
    const told = new ToldEngine([{ ...hot, for: { windows: 3 } }, silent])
    told.tell({ window: 0, celsius: 31 }, { window: 1, celsius: 20 })
    told.tell({ window: 2, coverage: 0 }, { window: 3 })
    told.tell({ window: 4, coverage: 0 })
    const left = () => [...told.engine.book.all()].map(({ alert_id }) => alert_id)
    const over = `RacksSilent:${shinan}:20260601T000200Z`
    const open = `RacksSilent:${shinan}:20260601T000400Z`
    expect(left()).toEqual([id, over, open])
    told.engine.sweep(t0 + 2 * 60 * minute)
    expect(left()).toEqual([over, open])
    told.engine.sweep(t0 + 8 * day)
    expect(left()).toEqual([open])
    expect([...told.engine.take()].filter(([, alert]) => alert === null).map(([gone]) => gone)).toEqual([
      id,
      over,
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { deeds, hot, minute, qingdao, shibei, shinan, silent, ToldEngine, t0 } from './told-county.ts'

const first = `InletHot:${shinan}:20260601T000000Z`

describe('an alert', () => {
  test('fires with the window that says so, and is over with the one that says that', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 })
    expect(told.alert(first)).toMatchObject({
      state: 'firing',
      region: shinan,
      feed: 'datacenter',
      value: 31,
      threshold: 27,
      fired_at: t0 + minute,
      revision: 1,
      labels: { alertname: 'InletHot', region: shinan, level: 'county', team: 'energy', severity: 'major' },
    })
    told.tell({ window: 1, celsius: 22 })
    expect(told.alert(first)).toMatchObject({ state: 'resolved', resolved_at: t0 + 2 * minute })
    expect(deeds(told.alert(first))).toEqual(['fired', 'resolved'])
  })

  test('says of each line that came of history that it did', () => {
    const after = 24 * 60 * minute
    const engine = new ToldEngine().tell({ window: 0, celsius: 31, after }, { window: 1, celsius: 31, after })
    const notes = () => engine.alert(first).history.map(({ what, note }) => [what, note])
    expect(notes()).toEqual([['fired', 'backfill']])
    engine.tell({ window: 2, celsius: 20 })
    expect(notes()).toEqual([
      ['fired', 'backfill'],
      ['resolved', null],
    ])
  })

  test('shows the newest final value while it goes on, without a line for each', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 }, { window: 1, celsius: 33 })
    expect(told.alert(first)).toMatchObject({ value: 33, window_start: t0 + minute })
    expect(deeds(told.alert(first))).toEqual(['fired'])
  })

  test('goes on telling what was wrong when it is over', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 }, { window: 1, celsius: 33 })
    expect(told.alert(first).annotations.summary_en).toContain('33')
    told.tell({ window: 2, celsius: 20 })
    expect(told.alert(first)).toMatchObject({ state: 'resolved', value: 20 })
    expect(told.alert(first).annotations.summary_en).toContain('31')
  })

  test('is retracted when a correction lifts the value back, and raised late when one makes it', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 }, { window: 1, celsius: 20 })
    told.tell({ window: 0, celsius: 25, status: 'corrected' })
    expect(told.alert(first)).toMatchObject({ state: 'retracted' })
    expect(told.alert(first).history.at(-1)).toMatchObject({
      what: 'retracted',
      revision: 2,
      window_start: t0,
    })
    told.tell({ window: 0, celsius: 30, status: 'corrected', revision: 3 })
    expect(told.alert(first)).toMatchObject({ state: 'resolved', raised_late: true, retracted_at: null })
    expect(deeds(told.alert(first))).toEqual(['fired', 'resolved', 'retracted', 'raised_late', 'resolved'])
  })

  test('is muted by the silence of its county, and no longer when that is over', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 }, { window: 0, region: shibei, celsius: 31 })
    told.tell({ window: 1, celsius: null, coverage: 0.1 })
    const silence = `RacksSilent:${shinan}:20260601T000100Z`
    expect(told.alert(silence)).toMatchObject({ state: 'firing', inhibited_by: null })
    expect(told.alert(first)).toMatchObject({ state: 'unknown', inhibited_by: silence })
    expect(told.alert(`InletHot:${shibei}:20260601T000000Z`).inhibited_by).toBeNull()
    told.tell({ window: 2, celsius: 31 })
    expect(told.alert(silence).state).toBe('resolved')
    expect(told.alert(first)).toMatchObject({ state: 'firing', inhibited_by: null })
    expect(deeds(told.alert(first))).toEqual(['fired', 'unknown', 'inhibited', 'known', 'uninhibited'])
  })

  test('of a county is muted by what its city says', () => {
    const city = { ...silent, name: 'CitySilent', scope: { level: 'city' } as const }
    const told = new ToldEngine([hot, silent, city])
    told.tell({ window: 0, celsius: 20 }, { window: 0, region: qingdao, celsius: 20 })
    told.tell(
      { window: 1, coverage: 0, celsius: null },
      { window: 1, region: qingdao, coverage: 0, celsius: null },
    )
    const outage = `CitySilent:${qingdao}:20260601T000100Z`
    expect(told.alert(`RacksSilent:${shinan}:20260601T000100Z`).inhibited_by).toBe(outage)
    expect(told.alert(outage).inhibited_by).toBeNull()
  })

  test('that goes on and off is flapping, and people hear of the first such only', () => {
    const told = new ToldEngine()
    for (let window = 0; window < 12; window++) told.tell({ window, celsius: window % 2 === 0 ? 31 : 20 })
    const alerts = [...told.engine.book.all()]
    expect(alerts.map(({ flapping }) => flapping)).toEqual([false, false, false, true, true, true])
    expect(alerts.map(({ inhibited_by }) => inhibited_by)).toEqual([
      null,
      null,
      null,
      null,
      alerts[3]?.alert_id,
      alerts[3]?.alert_id,
    ])
  })
})

describe('a change of rules', () => {
  test('ends the alerts of a rule that is gone, with a note', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 })
    told.engine.changeRules([silent], t0 + 2 * minute)
    expect(told.alert(first)).toMatchObject({ state: 'resolved', resolved_at: t0 + 2 * minute })
    expect(told.alert(first).history.at(-1)).toMatchObject({ what: 'resolved', note: 'the rule is gone' })
    expect(told.engine.series.get('InletHot', shinan)).toBeUndefined()
  })

  test('judges the known windows anew: what would not be on ends, what would be fires', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 }, { window: 0, region: shibei, celsius: 26 })
    told.engine.changeRules([{ ...hot, condition: { op: '>', threshold: 35 } }, silent], t0 + 2 * minute)
    expect(told.alert(first).history.at(-1)).toMatchObject({ what: 'resolved', note: 'the rule changed' })
    told.engine.changeRules([{ ...hot, condition: { op: '>', threshold: 25 } }, silent], t0 + 3 * minute)
    expect(told.alert(`InletHot:${shibei}:20260601T000000Z`)).toMatchObject({
      state: 'firing',
      threshold: 25,
    })
    expect(told.alert(first)).toMatchObject({ state: 'firing' })
  })

  test('leaves alone what it does not change', () => {
    const told = new ToldEngine().tell({ window: 0, celsius: 31 })
    const before = told.alert(first)
    told.engine.changeRules([{ ...hot, escalateAfterMs: minute }, silent], t0 + 2 * minute)
    expect(told.alert(first)).toEqual(before)
  })
})

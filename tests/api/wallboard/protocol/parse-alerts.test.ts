import { expect, test } from 'vitest'
import { mayActOf } from '../../../../api/wallboard/protocol/credential.ts'
import {
  parseDetail,
  parseHandOver,
  parseRuleCount,
} from '../../../../api/wallboard/protocol/parse-alerts.ts'
import { alert } from '../../alerts/alerts.ts'

const { history, ...line } = alert()

test('an alert is read with its history; one with something missing is not', () => {
  expect(parseDetail({ alert: alert(), mutes: [line] })).toEqual({ alert: line, history, mutes: [line] })
  expect(parseDetail({ alert: { ...alert(), severity: 'bad' }, mutes: [] })).toBeUndefined()
  expect(
    parseDetail({ alert: { ...alert(), history: [{ at: 1, what: 'danced' }] }, mutes: [] }),
  ).toBeUndefined()
  expect(parseDetail({ alert: alert() })).toBeUndefined()
})

test('a hand-over is read', () => {
  const lists = { fired: [line], open: [], retracted: [], raised_late: [], deeds: [], silences_ending: [] }
  const corrections = [{ kpi: 'parking.occupancy_pct', values: 3, regions: 2 }]
  const told = { since: 1, until: 2, ...lists, corrections }
  expect(parseHandOver({ ...told, region: '370000' })).toEqual(told)
  expect(parseHandOver({ ...told, deeds: [{}] })).toBeUndefined()
})

test('rules that run are counted, files that could not be read are not', () => {
  expect(parseRuleCount({ rules: [{ rule: {} }, { rule: null }] })).toEqual({ count: 1 })
})

test('only operators and admins are offered to act', () => {
  const token = (roles: readonly string[]) => ({ token: `x.${btoa(JSON.stringify({ roles }))}.x` })
  expect(mayActOf(token(['viewer', 'operator']))).toBe(true)
  expect(mayActOf(token(['admin']))).toBe(true)
  expect(mayActOf(token(['viewer', 'analyst']))).toBe(false)
  expect(mayActOf({ token: 'nonsense' })).toBe(false)
  expect(mayActOf(undefined)).toBe(false)
})

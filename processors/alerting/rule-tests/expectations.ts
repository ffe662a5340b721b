import type { Node } from 'yaml'
import { regionAt, ruleName } from '../rules/parse-values.ts'
import { annotationKeys } from '../rules/rule-keys.ts'
import type { YamlSource } from '../rules/yaml/yaml-source.ts'
import { type Expectation, type ExpectedAlert, openStates } from './rule-test.ts'
import { momentOf, type TestClock } from './test-clock.ts'

export function parseExpectation(source: YamlSource, node: Node, clock: TestClock): Expectation | undefined {
  const keys = ['at', 'alerts'] as const
  const entries = source.mapping(node, 'expect', keys, keys)
  const [atNode, alertsAt] = keys.map(key => entries?.get(key)?.value)
  if (!atNode || !alertsAt) return undefined
  const whenMs = momentOf(source, atNode, clock)
  const alerts = source.list(alertsAt, 'alerts')
  if (whenMs === undefined || !alerts) return undefined
  return {
    at: source.placeOf(node),
    when: source.text(atNode, 'at') ?? '',
    whenMs,
    alerts: alerts.flatMap(alert => parseAlert(source, alert) ?? []),
  }
}

const alertKeys = ['alert', 'region', 'state', 'value', ...annotationKeys] as const

function parseAlert(source: YamlSource, node: Node): ExpectedAlert | undefined {
  const entries = source.mapping(node, 'the alert', alertKeys, ['alert', 'region'])
  const [alertAt, regionNode, stateAt, valueAt] = alertKeys.map(key => entries?.get(key)?.value)
  if (!entries || !alertAt || !regionNode) return undefined
  const alert = ruleName(source, alertAt)
  const region = regionAt(source, regionNode)
  const state = stateAt ? source.choice(stateAt, 'state', openStates, 'unknown_state') : 'firing'
  const value = valueAt ? Number(source.text(valueAt, 'value')) : undefined
  if (valueAt && Number.isNaN(value)) source.report(valueAt, 'wrong_type', 'value is not a number')
  if (!alert || !region || !state) return undefined
  const texts = annotationKeys.flatMap(key => {
    const at = entries.get(key)?.value
    return at ? [[key, source.text(at, key) ?? ''] as const] : []
  })
  return { alert, region, state, value, texts: Object.fromEntries(texts) }
}

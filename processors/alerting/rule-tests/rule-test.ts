import type { Place } from '../rules/yaml/yaml-source.ts'
import type { Told } from './notation.ts'

export interface TestSeries {
  readonly kpi: string
  readonly region: string
  readonly told: readonly Told[]
}

/** States of alerts that are open. */
export const openStates = ['pending', 'firing', 'unknown'] as const

/** An alert that is expected to be open; what is undefined may be anything. */
export interface ExpectedAlert {
  readonly alert: string
  readonly region: string
  readonly state: (typeof openStates)[number]
  readonly value: number | undefined
  /** Rendered texts by name. */
  readonly texts: Readonly<Record<string, string>>
}

/** All alerts that are open at a time. */
export interface Expectation {
  readonly at: Place
  /** As it is written, and epoch ms. */
  readonly when: string
  readonly whenMs: number
  readonly alerts: readonly ExpectedAlert[]
}

export interface RuleTest {
  readonly name: string
  readonly at: Place
  readonly start: number
  readonly windowMs: number
  readonly series: readonly TestSeries[]
  readonly expectations: readonly Expectation[]
  /** Everything that happens, in order, as `3w fired PueHigh 370102`; null where the test does not say. */
  readonly happens: { readonly at: Place; readonly lines: readonly string[] } | null
}

export interface TestFile {
  readonly file: string
  /** As the file names them, relative to it. */
  readonly ruleFiles: readonly string[]
  readonly tests: readonly RuleTest[]
}

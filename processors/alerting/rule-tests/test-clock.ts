import type { Node } from 'yaml'
import { durationForm, spanOf } from '../rules/spans.ts'
import type { YamlSource } from '../rules/yaml/yaml-source.ts'

/** When a test begins, epoch ms, and how long its windows are, ms. */
export interface TestClock {
  readonly start: number
  readonly windowMs: number
}

/** `3w` after the start, or `10m`; epoch ms. */
export function momentOf(source: YamlSource, node: Node, { start, windowMs }: TestClock): number | undefined {
  const text = source.text(node, 'at')
  const span = text === undefined ? undefined : spanOf(text)
  if (span) return start + ('windows' in span ? span.windows * windowMs : span.ms)
  return source.report(node, 'bad_span', `at: cannot read ${text}`, `windows such as 3w, or ${durationForm}`)
}

/** As people count in a test: whole windows, else a duration. */
export function shownMoment(at: number, { start, windowMs }: TestClock): string {
  const windows = (at - start) / windowMs
  return Number.isInteger(windows) ? `${windows}w` : `${at - start}ms`
}

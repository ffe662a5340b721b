import type { Span } from '../../../schemas/alerts/rule.ts'

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const
const duration = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/

export const durationForm = 'a duration such as 30s, 10m, 1h30m or 2d'

/** `1h30m` as Prometheus writes it, in ms; undefined for anything else. There are no weeks: `w` means windows. */
export function durationMs(text: string): number | undefined {
  const parts = duration.exec(text)?.slice(1)
  if (!parts?.some(part => part !== undefined)) return text === '0' ? 0 : undefined
  return Object.values(units).reduce((sum, unit, i) => sum + Number(parts[i] ?? 0) * unit, 0)
}

/** `3w`, or a duration; undefined for anything else. */
export function spanOf(text: string): Span | undefined {
  const windows = /^(\d+)w$/.exec(text)?.[1]
  if (windows !== undefined) return { windows: Number(windows) }
  const ms = durationMs(text)
  return ms === undefined ? undefined : { ms }
}

/** As it is written in a rules file. */
export function shownSpan(span: Span): string {
  return 'windows' in span ? `${span.windows}w` : shownDuration(span.ms)
}

export function shownDuration(ms: number): string {
  let left = ms
  let text = ''
  for (const [name, unit] of Object.entries(units)) {
    const count = Math.floor(left / unit)
    if (count > 0) text += `${count}${name}`
    left -= count * unit
  }
  return text || '0s'
}

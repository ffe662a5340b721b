import { Type } from 'typebox'
import { type Step, stepNames, steps } from '../history/time-range.ts'

const dayMs = 86_400_000

/** A time in a query. */
export function Instant(meaning: string) {
  return Type.String({
    description: `RFC 3339 with Z or an offset, or epoch ms, from 1970 to 2190; ${meaning}`,
  })
}

/** The parameter `step`, which says how long a range may be. */
export function stepOf(limit: 'longestMs' | 'longestExportMs') {
  const limits = stepNames.map((step: Step) => `\`${step}\` ${steps[step][limit] / dayMs} days`).join(', ')
  return Type.Enum(stepNames, {
    default: 'window',
    description:
      'Windows as stored, or exact values per hour or day (days begin at midnight, UTC+8). ' +
      `The range from \`from\` to \`to\` is at most: ${limits}`,
  })
}

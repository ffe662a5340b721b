import type { Count, Tally } from './tally.ts'

const longestExample = 200

/** What a redrive did, for people; one fact a line. */
export function redriveSummary(tally: Tally, dryRun: boolean): string {
  const {
    read,
    redrivenBefore,
    matched,
    matchedCount,
    accepted,
    refused,
    refusedCount,
    retries,
    unreadable,
  } = tally
  const lines = [
    `read ${read} dead letters: ${matchedCount} matched, ${redrivenBefore} more were redriven before`,
    ...countLines(matched),
  ]
  if (unreadable > 0) lines.push(`  not dead letters: ${unreadable}`)
  if (dryRun) return [...lines, `dry run: ${matchedCount} would be sent again`].join('\n')
  lines.push(`sent again: ${accepted} accepted, ${refusedCount} still refused`, ...countLines(refused))
  const left = matchedCount - accepted - refusedCount
  if (left > 0) lines.push(`  not sent: ${left}`)
  if (retries > 0) lines.push(`  requests sent again: ${retries}`)
  return lines.join('\n')
}

/** Whether the door took none of what was sent. */
export function tookNothing({ accepted, refusedCount }: Tally): boolean {
  return accepted === 0 && refusedCount > 0
}

function countLines(counts: ReadonlyMap<string, Count>): string[] {
  return [...counts]
    .sort(([, left], [, right]) => right.count - left.count)
    .map(([what, { count, example }]) => `  ${what}: ${count} (${shortened(example)})`)
}

function shortened(text: string): string {
  return text.length > longestExample ? `${text.slice(0, longestExample)}…` : text
}

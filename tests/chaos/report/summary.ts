import type { ChaosResult } from './chaos-result.ts'

const shownDifferences = 20

/** The result for people. */
export function summary(result: ChaosResult): string {
  const { load, revisions, audit, oracle, alerts, faults, recovery } = result
  const refused = Object.entries(load.rejected)
    .map(([code, count]) => `${code} ${count}`)
    .join(', ')
  return [
    `seed ${result.seed}, ${result.minutes} min at ${result.readingsPerSecond} readings/s, ${faults.length} faults`,
    '',
    table(
      ['fault', 'times', 'live again p50', 'max', 'final again p50', 'max'],
      recovery.map(row => [
        row.kind,
        String(row.faults),
        seconds(row.liveP50Ms),
        seconds(row.liveMaxMs),
        seconds(row.finalP50Ms),
        seconds(row.finalMaxMs),
      ]),
    ),
    '',
    table(
      ['readings', ''],
      [
        ['sent', count(load.sent)],
        ['accepted', count(load.accepted)],
        ['  of these late', count(load.late)],
        ['  of these duplicates', count(load.duplicates)],
        ['refused', count(Object.values(load.rejected).reduce((sum, n) => sum + n, 0))],
        ['requests repeated', count(load.retried)],
        ['late notices', count(revisions.notices)],
        ['revisions after the first', count(revisions.revisions)],
        ['  windows of the province', count(revisions.windows)],
        ['  greatest revision', count(revisions.greatest)],
        ['settled after', seconds(result.settledMs)],
      ],
    ),
    '',
    `refused: ${refused}`,
    '',
    `audit:  ${audit.clean ? 'clean' : `NOT CLEAN\n${audit.output.slice(0, 4_000)}`}`,
    `oracle: ${count(oracle.compared)} values and readings of ${count(oracle.windows)} windows compared, ${
      oracle.differences.length === 0 ? 'no difference' : `${oracle.differences.length} DIFFERENCES`
    }`,
    ...oracle.differences.slice(0, shownDifferences).map(difference => `  ${JSON.stringify(difference)}`),
    `alerts: ${count(alerts.expected)} to have fired, ${count(alerts.retracted)} taken back, ${
      alerts.differences.length === 0 ? 'no difference' : `${alerts.differences.length} DIFFERENCES`
    }`,
    ...alerts.differences.slice(0, shownDifferences).map(difference => `  ${JSON.stringify(difference)}`),
  ].join('\n')
}

function seconds(ms: number | null): string {
  return ms === null ? '-' : `${(ms / 1000).toFixed(1)} s`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [line(head), widths.map(width => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

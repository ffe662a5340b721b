/** How often an alert may change while no message of kpi.regional comes, before its version runs ahead of the log. */
const changesPerOffset = 4_096

/**
 * The version of an alert that changes when kpi.regional was judged up to `position`, exclusive. It grows with every
 * change, and whoever has read more of the log has the greater one: a process that wakes up after its successor took over
 * says nothing that counts.
 */
export function nextVersion(before: number, position: number): number {
  return Math.max(before + 1, position * changesPerOffset)
}

/** All messages of kpi.regional below this offset are part of what the alert says. */
export function judgedThrough(version: number): number {
  return Math.floor(version / changesPerOffset)
}

import type { OpenLog } from '../../platform/epochs/open-log.ts'

/** What a commit says of the log that its offset is of. */
export function logMetadata({ log }: OpenLog): string {
  return JSON.stringify({ log })
}

/**
 * Whether a commit is of this log. A broker forgets what was committed for a topic that is deleted, but a process that has not
 * heard of it yet may commit once more. Commits of before logs had epochs are of the first one.
 * @param metadata JSON with the log's identity in `log`
 */
export function isOfLog(metadata: string | null, { log, base }: OpenLog): boolean {
  const named = logIn(metadata)
  return named === undefined ? base === 0 : named === log
}

function logIn(metadata: string | null): unknown {
  try {
    const parsed: unknown = JSON.parse(metadata || 'null')
    return typeof parsed === 'object' && parsed !== null && 'log' in parsed ? parsed.log : undefined
  } catch {
    return undefined
  }
}

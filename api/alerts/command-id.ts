import { createHash, randomUUID } from 'node:crypto'

/** What a command is about: the same key for something else is another command. */
export interface Asked {
  readonly by: string
  readonly action: string
  /** Of the alert or silence, or what is to be silenced. */
  readonly about: string
}

/**
 * Names a command, so that asking for it again does it once: alerting applies an id once.
 * @param key the caller's; without one every request is a command of its own
 */
export function commandIdOf(key: string | undefined, { by, action, about }: Asked): string {
  if (key === undefined) return randomUUID()
  const hex = createHash('sha256')
    .update(JSON.stringify([by, action, about, key]))
    .digest('hex')
  // In the form of a UUID of version 8: made by a rule of one's own (RFC 9562).
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

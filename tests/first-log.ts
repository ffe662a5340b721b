import type { Logs } from '../platform/epochs/open-log.ts'

/** Every topic is the first log of its name. */
export const firstLogs: Logs = { of: () => ({ log: 'first', base: 0, closedUntil: null }) }

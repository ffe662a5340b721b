import { type CloseReason, closeCodes } from '../../schemas/protocol/close-codes.ts'
import type { StreamState } from './stream-state.ts'

/**
 * What may be believed of the values held. Times are those of the client's `now`, by default `performance.now()`.
 * connecting: there are none yet. live: they are current. stale: they were current at `since`, and the client tries to
 * get back. ended: it does not try any more, because the server said that it cannot help, or because it was stopped.
 */
export type ConnectionState =
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'live'; readonly url: string }
  | { readonly kind: 'stale'; readonly since: number }
  | { readonly kind: 'ended'; readonly since: number; readonly reason: EndReason; readonly doc: string }

/** `stopped` by its owner, or a close code that says not to try again. */
export type EndReason = CloseReason | 'stopped'

export function connectionState(state: StreamState, urls: readonly string[]): ConnectionState {
  const since = state.lostAt ?? state.heardAt
  switch (state.phase) {
    case 'live':
      return { kind: 'live', url: urls[state.url] ?? '' }
    case 'ended':
      return { kind: 'ended', since, ...endOf(state.closeCode) }
    case 'connecting':
    case 'greeting':
    case 'waiting':
      return { kind: state.liveSince === null ? 'connecting' : 'stale', since }
  }
}

function endOf(code: number | null): { readonly reason: EndReason; readonly doc: string } {
  for (const reason of closeReasons()) {
    if (closeCodes[reason].code === code) return { reason, doc: closeCodes[reason].doc }
  }
  return { reason: 'stopped', doc: 'The client was stopped' }
}

function closeReasons(): readonly CloseReason[] {
  return Object.keys(closeCodes).filter(isCloseReason)
}

function isCloseReason(name: string): name is CloseReason {
  return name in closeCodes
}

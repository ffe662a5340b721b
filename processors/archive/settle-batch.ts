import type { LogMessage } from './pending-batch.ts'

/** Thrown by a sink when messages are at fault: alone they can never be written. */
export class Poisoned extends Error {}

export interface Settling {
  /** Writes all of these or throws. @throws Poisoned when at least one of them can never be written. */
  readonly write: (messages: readonly LogMessage[]) => Promise<void>
  /** Puts one message aside. */
  readonly refuse: (message: LogMessage, reason: Poisoned) => Promise<void>
  readonly onSplit?: () => void
}

/** Writes every message but those that cannot be written, which it finds by halving and puts aside. */
export async function settleBatch(messages: readonly LogMessage[], settling: Settling): Promise<void> {
  const [first] = messages
  if (!first) return
  try {
    await settling.write(messages)
  } catch (error) {
    if (!(error instanceof Poisoned)) throw error
    if (messages.length === 1) return settling.refuse(first, error)
    settling.onSplit?.()
    const middle = messages.length >> 1
    await settleBatch(messages.slice(0, middle), settling)
    await settleBatch(messages.slice(middle), settling)
  }
}

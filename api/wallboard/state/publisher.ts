export interface PublisherOptions {
  readonly now: () => number
  /** Calls back before the next frame is drawn. */
  readonly onFrame: (act: () => void) => void
  readonly after: (ms: number, act: () => void) => void
  /** Publishes what is due; when the next is due, or null. */
  readonly publish: (now: number) => number | null
}

/** Gathers everything that arrives between two frames into one publication. Returns what to call on news. */
export function createPublisher({ now, onFrame, after, publish }: PublisherOptions): () => void {
  let frameAsked = false
  let waitingUntil: number | null = null

  const ask = (): void => {
    if (frameAsked) return
    frameAsked = true
    onFrame(() => {
      frameAsked = false
      const next = publish(now())
      if (next === null || (waitingUntil !== null && waitingUntil <= next)) return
      waitingUntil = next
      after(Math.max(0, next - now()), () => {
        waitingUntil = null
        ask()
      })
    })
  }
  return ask
}

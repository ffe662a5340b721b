import type { Clock } from '../../platform/clock.ts'

/** Reads at most once in `keepMs`, however many ask; a failed reading is told to those who waited and not kept. */
export function recent<T>(read: () => Promise<T>, keepMs: number, clock: Clock): () => Promise<T> {
  let held: { readonly value: Promise<T>; readonly at: number } | undefined
  return () => {
    const now = clock.now()
    if (held && now - held.at < keepMs) return held.value
    const reading = { value: read(), at: now }
    held = reading
    reading.value.catch(() => {
      if (held === reading) held = undefined
    })
    return reading.value
  }
}

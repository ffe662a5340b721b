import { type ReadonlySignal, type Signal, signal } from '@preact/signals'

interface Entry<T> {
  readonly signal: Signal<T>
  users: number
  publishedAt: number
}

/**
 * Signals for what is on screen, and only for that: thousands of cells change, a hundred are looked at.
 * A key is published at most once per interval; between two publications only its newest value counts.
 */
export class Watched<T> {
  private readonly entries = new Map<string, Entry<T>>()
  private readonly due = new Set<string>()
  private readonly read: (key: string) => T
  private readonly everyMs: number

  constructor(read: (key: string) => T, everyMs: number) {
    this.read = read
    this.everyMs = everyMs
  }

  get keys(): Iterable<string> {
    return this.entries.keys()
  }

  has(key: string): boolean {
    return this.entries.has(key)
  }

  /** The signal of a key; `release` it as often as it was acquired. */
  acquire(key: string): ReadonlySignal<T> {
    const held = this.entries.get(key)
    if (held) {
      held.users++
      return held.signal
    }
    const entry: Entry<T> = {
      signal: signal(this.read(key)),
      users: 1,
      publishedAt: Number.NEGATIVE_INFINITY,
    }
    this.entries.set(key, entry)
    return entry.signal
  }

  /** True when nobody watches the key any more. */
  release(key: string): boolean {
    const entry = this.entries.get(key)
    if (!entry) return false
    entry.users--
    if (entry.users > 0) return false
    this.entries.delete(key)
    this.due.delete(key)
    return true
  }

  /** Notes that a key has a new value; true when somebody watches it. */
  changed(key: string): boolean {
    if (!this.entries.has(key)) return false
    this.due.add(key)
    return true
  }

  /** Publishes what is due at `now`; when the next key is due, or null. */
  publish(now: number): number | null {
    let next: number | null = null
    for (const key of this.due) {
      const entry = this.entries.get(key)
      if (!entry) continue
      const dueAt = entry.publishedAt + this.everyMs
      if (dueAt > now) {
        next = next === null ? dueAt : Math.min(next, dueAt)
        continue
      }
      this.due.delete(key)
      entry.publishedAt = now
      entry.signal.value = this.read(key)
    }
    return next
  }
}

/** Who is taken by a fault that is under way; the next one waits for them. */
export class Claims {
  private readonly taken = new Set<string>()
  private readonly waiting: (() => void)[] = []

  /** Resolves when all of them are free, and takes them. */
  async take(names: readonly string[]): Promise<void> {
    while (names.some(name => this.taken.has(name))) {
      await new Promise<void>(resolve => this.waiting.push(resolve))
    }
    for (const name of names) this.taken.add(name)
  }

  release(names: readonly string[]): void {
    for (const name of names) this.taken.delete(name)
    for (const wake of this.waiting.splice(0)) wake()
  }
}

/** How many messages of a topic are not stored yet, of the partitions that this instance has. */
export class TopicLag {
  private readonly ends = new Map<number, number>()
  private readonly through = new Map<number, number>()

  /** A partition ends at this offset. */
  observeEnd(partition: number, end: number): void {
    this.ends.set(partition, end)
  }

  /** What this instance has of a partition begins here. */
  begin(partition: number, first: number): void {
    if (!this.through.has(partition)) this.through.set(partition, first)
  }

  /** Everything of a partition below this offset is stored. */
  stored(partition: number, through: number): void {
    if (this.through.has(partition)) this.through.set(partition, through)
  }

  /** Partitions may have gone to another instance. */
  clear(): void {
    this.ends.clear()
    this.through.clear()
  }

  get messages(): number {
    let lag = 0
    for (const [partition, through] of this.through) {
      lag += Math.max(0, (this.ends.get(partition) ?? through) - through)
    }
    return lag
  }
}

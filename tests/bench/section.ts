export interface BenchOptions {
  /** Readings that are aggregated, or come late. */
  readonly readings: number
  /** How often each part is killed. */
  readonly rounds: number
}

export interface Measured {
  /** For the screen: one row a line. */
  readonly table: readonly Readonly<Record<string, string | number>>[]
  /** For .bench/results.json, units in the names. */
  readonly results: unknown
}

/** One question that the bench answers. */
export interface Section {
  readonly name: string
  readonly question: string
  run(options: BenchOptions): Promise<Measured>
}

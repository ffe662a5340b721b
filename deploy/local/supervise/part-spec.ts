/** A command to run as a process of its own. */
export interface Command {
  readonly command: string
  readonly args: readonly string[]
  /** Added to the launcher's own environment. */
  readonly env: Readonly<Record<string, string>>
}

/** One part of the running system. */
export interface PartSpec {
  /** Lower case; names its log lines. */
  readonly name: string
  /** Makes everything ready for the process to start (fetches, formats); called before the first start. */
  readonly prepare: (progress: (line: string) => void) => Promise<Command>
  /** What it still waits for, or null when it is ready; must not throw. */
  readonly notReady: () => Promise<string | null>
  /** Longest time from start to ready, milliseconds. */
  readonly readyTimeoutMs: number
  /** Longest time from SIGTERM to exit, milliseconds; then SIGKILL. */
  readonly stopGraceMs: number
}

/** A command to run as a process of its own. */
export interface Command {
  readonly command: string
  readonly args: readonly string[]
  /** Added to the launcher's own environment. */
  readonly env: Readonly<Record<string, string>>
}

/** Takes one line for people. */
export type Progress = (line: string) => void

/** One part of the running system. */
export interface PartSpec {
  /** Lower case; names its log lines. */
  readonly name: string
  /**
   * Checks what the machine must have and fetches what is missing; called before anything is started.
   * @throws CodedError that says what to do
   */
  readonly preflight?: (progress: Progress, signal: AbortSignal) => Promise<void>
  /** Makes everything ready for the process to start (formats, writes configuration); called before the first start. */
  readonly prepare: (progress: Progress) => Promise<Command>
  /** What it still waits for, or null when it is ready; must not throw. */
  readonly notReady: () => Promise<string | null>
  /** Whether it answers at all, ready or not; false when the signal ends the question. Must not throw. */
  readonly answers: (signal: AbortSignal) => Promise<boolean>
  /** Longest time from SIGTERM to exit, milliseconds; then SIGKILL. */
  readonly stopGraceMs: number
}

import { withoutSecrets } from './url-secrets.ts'

/** An error for people: a stable code, what happened, what to do about it. */
export class CodedError extends Error {
  readonly code: string
  readonly hint: string | undefined

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CodedError'
    this.code = code
    this.hint = options.hint
  }
}

/** Exit codes of every process (after sysexits.h). */
export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 64,
  unavailable: 69,
  crashed: 70,
  config: 78,
} as const

/** Errors that somebody has to change a setting for: the same start fails again. */
const ofConfiguration: ReadonlySet<string> = new Set([
  'config_invalid',
  'part_misconfigured',
  'windows_changed',
])

export function isOfConfiguration(error: unknown): error is CodedError {
  return error instanceof CodedError && ofConfiguration.has(error.code)
}

/** What an error says, for people: without the passwords of URLs. */
export function messageOf(error: unknown): string {
  return withoutSecrets(error instanceof Error ? error.message : String(error))
}

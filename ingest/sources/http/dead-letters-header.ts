import type { IncomingHttpHeaders } from 'node:http'
import { CodedError } from '../../../platform/errors.ts'
import type { DeadLetterPolicy } from '../../intake.ts'

/** With `none` refused readings are answered and counted as ever, and not kept in `telemetry.rejected`. */
export const deadLettersHeader = 'citybrain-dead-letters'

/** @throws CodedError `bad_request`. */
export function deadLettersOf(headers: IncomingHttpHeaders): DeadLetterPolicy {
  const value = headers[deadLettersHeader] ?? 'keep'
  if (value === 'keep' || value === 'none') return value
  throw new CodedError('bad_request', `${deadLettersHeader}: expected keep or none`)
}

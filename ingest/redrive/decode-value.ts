import type { AvroReader } from '../../platform/avro/avro-reader.ts'
import { CodedError, messageOf } from '../../platform/errors.ts'
import { type Outcome, Refusal } from '../pipeline/refusal.ts'

/**
 * A message's value, or `undecodable` and why.
 * @throws CodedError `registry_unavailable`, `registry_refused`: then it is not the message that is at fault.
 */
export async function decodeValue<T>(reader: AvroReader<T>, value: Buffer): Promise<Outcome<T>> {
  try {
    await reader.prepare([{ value }])
    return reader.decode(value)
  } catch (error) {
    if (isRegistryFailure(error)) throw error
    return new Refusal('undecodable', messageOf(error))
  }
}

function isRegistryFailure(error: unknown): boolean {
  return (
    error instanceof CodedError &&
    (error.code === 'registry_unavailable' || error.code === 'registry_refused')
  )
}

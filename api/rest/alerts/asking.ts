import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { requireRole } from '../../access/permissions.ts'
import type { Asking } from '../../alerts/alert-desk.ts'

/** A header of every request that changes something. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._:-]{1,64}$',
      description:
        'Chosen by the caller, for one thing to do: asked for again with the same key, it is done once, and the ' +
        '`command_id` is the same. Without one every request is another thing to do',
    }),
  ),
})

export const Accepted = Type.Object(
  { command_id: Type.String({ description: 'Stands in the history of the alert once it is done' }) },
  { description: 'Alerting will do it: Kafka has the command' },
)

/** Before the request is looked at: who is no operator learns nothing of it. */
export const operatorsOnly = async ({ viewer }: FastifyRequest): Promise<void> =>
  requireRole(viewer, 'operator')

export function askingOf({ viewer, headers }: Pick<FastifyRequest, 'viewer' | 'headers'>): Asking {
  const key = headers['idempotency-key']
  return { by: viewer.name, key: typeof key === 'string' ? key : undefined }
}

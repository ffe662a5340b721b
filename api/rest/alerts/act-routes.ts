import { type TProperties, type TUnsafe, Type } from 'typebox'
import type { Deed } from '../../alerts/alert-desk.ts'
import { problemResponses } from '../../server/problems.ts'
import { strictBody } from '../../server/strict-body.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { AlertId } from './alert-route.ts'
import { Accepted, askingOf, IdempotencyHeaders, operatorsOnly } from './asking.ts'
import { findAlert, findProblems } from './find-alert.ts'

const Note = Type.String({ minLength: 1, maxLength: 2_000, description: 'Stands in the history' })
/** Until 2190, as times of queries. */
const Due = Type.Integer({ minimum: 0, maximum: 6_942_326_400_000, description: 'Epoch milliseconds' })

/** What bodies say; each action takes a part of it. */
interface Said {
  readonly note?: string
  readonly assigned_to?: string
  readonly due_at?: number
}

interface Action {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly action: Deed['action']
  readonly body: TUnsafe<Said>
}

/** `POST /v1/alerts/{id}/ack`, `dispatch`, `comment` and `close`. */
export function actRoutes(api: Api, sources: Sources): void {
  act(api, sources, {
    action: 'ack',
    operationId: 'acknowledgeAlert',
    summary: 'Says that somebody looks after an alert',
    description: 'It stands until it is over; it is not escalated any more.',
    body: takes({ note: Type.Optional(Note) }),
  })
  act(api, sources, {
    action: 'dispatch',
    operationId: 'dispatchAlert',
    summary: 'Sends a unit',
    description: 'To whom, and until when it is to be done: by the severity where nothing is said.',
    body: takes({
      assigned_to: Type.String({ minLength: 1, maxLength: 200, description: 'The unit' }),
      due_at: Type.Optional(Due),
      note: Type.Optional(Note),
    }),
  })
  act(api, sources, {
    action: 'comment',
    operationId: 'commentAlert',
    summary: 'Adds a comment to the history of an alert',
    description: 'Also to one that is over.',
    body: takes({ note: Note }),
  })
  act(api, sources, {
    action: 'close',
    operationId: 'closeAlert',
    summary: 'Says that nothing is left to do about an alert',
    description: 'It demands nobody any more, even while its condition holds; a new episode is a new alert.',
    body: takes({ note: Type.Optional(Note) }),
  })
}

function takes(properties: TProperties): TUnsafe<Said> {
  return Type.Unsafe<Said>(Type.Object(properties, { additionalProperties: false }))
}

function act(api: Api, sources: Sources, of: Action): void {
  const { action, body, description, ...described } = of
  api.post(
    `/alerts/:id/${action}`,
    {
      preValidation: operatorsOnly,
      schema: {
        ...described,
        description: `For operators and admins who may see its region. ${description}`,
        tags: ['alerts'],
        params: Type.Object({ id: AlertId }),
        headers: IdempotencyHeaders,
        body,
        response: {
          202: Accepted,
          ...problemResponses(
            ...findProblems,
            'alert_full',
            'alerts_unavailable',
            'too_large',
            'unsupported_media_type',
          ),
        },
      },
      validatorCompiler: strictBody,
    },
    async (request, reply) => {
      const alert = await findAlert(whileWaiting(sources, reply), request.viewer, request.params.id)
      const { note = null, assigned_to = null, due_at = null } = request.body
      const deed = { action, note, assigned_to, due_at }
      const accepted = await sources.desk.act(alert, deed, askingOf(request))
      return reply.code(202).header('cache-control', 'no-store').send(accepted)
    },
  )
}

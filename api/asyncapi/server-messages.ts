import { Type } from 'typebox'
import { freshReasons } from '../../schemas/protocol/stream.ts'
import { AlertLineSchema } from '../rest/alerts/alert-schema.ts'
import { CellSchema, EpochMs } from '../rest/wire-schemas.ts'
import { streamErrors } from './stream-errors.ts'

const Position = Type.Integer({
  minimum: 0,
  description:
    'Offset of `kpi.regional` up to which this is true, exclusive; never goes back on a connection',
})

const AlertsPosition = Type.Integer({
  minimum: 0,
  description:
    'Offset of `alert.events` up to which this is true, exclusive. Less than that of a server before: alerts that it ' +
    'does not list may still be there',
})

/** What the server says. Fields may be added: a client leaves those alone that it does not know. */
export const serverMessages = {
  welcome: Type.Object(
    {
      type: Type.Literal('welcome'),
      protocol: Type.Integer(),
      position: Position,
      log: Type.Optional(
        Type.String({
          description: 'Names the log that positions belong to: with another one those held mean nothing',
        }),
      ),
      heartbeat_ms: Type.Integer({ minimum: 1, description: 'Something is heard at least this often' }),
      server_time: EpochMs,
      clock_speed: Type.Number({ description: 'Event time per wall time; 1 outside simulated runs' }),
    },
    { description: 'Answers the hello' },
  ),
  snapshot: Type.Object(
    {
      type: Type.Literal('snapshot'),
      id: Type.String({ description: 'The subscription' }),
      position: Position,
      since: Type.Optional(
        Type.Integer({
          minimum: 0,
          description:
            'Only cells that changed at or after this position are listed: the others are as the client holds them',
        }),
      ),
      reason: Type.Optional(
        Type.Enum([...freshReasons], {
          description:
            'Why this is everything although the client resumes; `position_ahead`: what it holds may be newer',
        }),
      ),
      cells: Type.Array(CellSchema),
      alerts: Type.Array(AlertLineSchema, {
        description:
          'Always whole, with `since` too: every alert of the regions that goes on, and the last that are over',
      }),
      alerts_position: Type.Optional(AlertsPosition),
    },
    { description: 'Answers a subscribe: the current value of every cell of it that has one' },
  ),
  delta: Type.Object(
    {
      type: Type.Literal('delta'),
      position: Position,
      sent_at: EpochMs,
      cells: Type.Array(CellSchema, { minItems: 1 }),
    },
    {
      description:
        'Cells of any subscription that changed since the frame before, the newest version of each. ' +
        'A client that did not read is told once, not of every change in between',
    },
  ),
  alert: Type.Object(
    {
      type: Type.Literal('alert'),
      position: Position,
      alerts_position: AlertsPosition,
      alert: AlertLineSchema,
    },
    {
      description:
        'An alert changed. A client that did not read is told once of each, not of every change in between',
    },
  ),
  heartbeat: Type.Object(
    { type: Type.Literal('heartbeat'), position: Position, server_time: EpochMs },
    { description: 'Nothing changed, and this connection lives' },
  ),
  pong: Type.Object({ type: Type.Literal('pong') }, { description: 'Answers a ping' }),
  error: Type.Object(
    {
      type: Type.Literal('error'),
      code: Type.Enum(Object.keys(streamErrors)),
      message: Type.String(),
      id: Type.Optional(Type.String({ description: 'The subscription it is about' })),
    },
    { description: 'Something was not done; the connection goes on' },
  ),
}

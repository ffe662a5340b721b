import { Type } from 'typebox'
import { depths } from '../../schemas/protocol/stream.ts'
import { maxTokenLength } from '../access/tokens/well-formed.ts'

/** A client message is never longer, bytes. */
export const maxMessageBytes = 64 * 1024

/** A region code or the name of a KPI is never longer, characters. */
export const maxNameLength = 64

export const SubscriptionId = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'Chosen by the client; names the subscription in snapshots and errors',
})

/**
 * What clients may say: what is checked, and what /asyncapi.json describes.
 * Fields that are not known here are left alone, so that newer clients can talk to older servers.
 */
export const clientMessages = {
  hello: Type.Object(
    {
      type: Type.Literal('hello'),
      protocol: Type.Integer({ description: 'Version of the protocol: 1' }),
      token: Type.Optional(
        Type.String({ maxLength: maxTokenLength, description: 'As in Authorization: Bearer on REST' }),
      ),
      wall: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 64,
          description: 'The screen that a kiosk token is bound to',
        }),
      ),
      resume: Type.Optional(
        Type.Object(
          {
            position: Type.Integer({
              minimum: 0,
              description: 'Up to where every subscription that does not say `fresh` is complete',
            }),
            seen: Type.Optional(
              Type.Integer({
                minimum: 0,
                description: 'Greatest position of a frame that was applied, where it is a greater one',
              }),
            ),
            log: Type.Optional(Type.String({ maxLength: 64, description: '`welcome.log` it belongs to' })),
          },
          { description: 'Subscriptions that do not say `fresh` are then told only what changed since' },
        ),
      ),
    },
    { description: 'The first message, within 10 s' },
  ),
  subscribe: Type.Object(
    {
      type: Type.Literal('subscribe'),
      id: SubscriptionId,
      regions: Type.Array(Type.String({ maxLength: maxNameLength }), {
        minItems: 1,
        maxItems: 200,
        description: 'Region codes',
      }),
      depth: Type.Enum([...depths], {
        description: 'How far below the regions: themselves, those directly below too, or all below',
      }),
      kpis: Type.Array(Type.String({ maxLength: maxNameLength }), {
        maxItems: 100,
        description: 'KPI ids, `feed.*` or `*`; may be empty where alerts are all that is wanted',
      }),
      alerts: Type.Optional(
        Type.Boolean({ description: 'Whether alerts of these regions are wanted, whatever the KPIs' }),
      ),
      fresh: Type.Optional(
        Type.Boolean({ description: 'The client holds nothing of it, whatever its hello resumed' }),
      ),
    },
    { description: 'Asks for cells; one of the same id is replaced' },
  ),
  unsubscribe: Type.Object(
    { type: Type.Literal('unsubscribe'), id: SubscriptionId },
    { description: 'Ends a subscription' },
  ),
  ping: Type.Object({ type: Type.Literal('ping') }, { description: 'Answered with a pong' }),
}

import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { messageOf } from '../../platform/errors.ts'
import type { ClientMessage } from '../../schemas/protocol/stream.ts'
import { clientMessages, SubscriptionId } from '../asyncapi/client-messages.ts'

export { maxMessageBytes } from '../asyncapi/client-messages.ts'

/** What is checked is what /asyncapi.json describes. */
const shapes = {
  hello: Compile(clientMessages.hello),
  subscribe: Compile(clientMessages.subscribe),
  unsubscribe: Compile(clientMessages.unsubscribe),
  ping: Compile(clientMessages.ping),
}

const Typed = Compile(Type.Object({ type: Type.String() }))
const Named = Compile(Type.Object({ id: SubscriptionId }))

export type Parsed =
  | { readonly kind: 'message'; readonly message: ClientMessage }
  /** Of a known type, with something wrong in it: the client can go on. */
  | { readonly kind: 'invalid'; readonly reason: string; readonly id?: string }
  /** Not JSON of a known type: not a client of this protocol. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Parses what a client sent; nothing of it is believed before. */
export function parseClientMessage(text: string): Parsed {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    return { kind: 'unknown', reason: `not JSON: ${messageOf(error)}` }
  }
  if (!Typed.Check(data)) return { kind: 'unknown', reason: 'a message is an object with a type' }
  switch (data.type) {
    case 'hello':
      return checked(shapes.hello, data)
    case 'subscribe':
      return checked(shapes.subscribe, data)
    case 'unsubscribe':
      return checked(shapes.unsubscribe, data)
    case 'ping':
      return checked(shapes.ping, data)
    default:
      return { kind: 'unknown', reason: `no such type: ${JSON.stringify(data.type.slice(0, 40))}` }
  }
}

interface Shape<T extends ClientMessage> {
  Check(value: unknown): value is T
  Errors(value: unknown): readonly { readonly instancePath: string; readonly message: string }[]
}

function checked<T extends ClientMessage>(shape: Shape<T>, data: unknown): Parsed {
  if (shape.Check(data)) return { kind: 'message', message: data }
  const [first] = shape.Errors(data)
  const reason = first ? `${first.instancePath || 'the message'} ${first.message}` : 'not a valid message'
  return Named.Check(data) ? { kind: 'invalid', reason, id: data.id } : { kind: 'invalid', reason }
}

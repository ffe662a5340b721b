import type { TSchema } from 'typebox'
import { closeCodes } from '../../schemas/protocol/close-codes.ts'
import { protocolVersion } from '../../schemas/protocol/stream.ts'
import { clientMessages, maxMessageBytes } from './client-messages.ts'
import { serverMessages } from './server-messages.ts'
import { streamErrors } from './stream-errors.ts'

/** The stream in AsyncAPI 3: from the schemas that client messages are checked with, and the tables of codes. */
export function asyncApiDocument(): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'citybrain stream',
      version: String(protocolVersion),
      description: [
        'Current values of KPIs as they change: a snapshot of what was subscribed to, then deltas.',
        'Say `hello`, wait for `welcome`, then `subscribe`. Keep the greatest position of all frames that were applied ' +
          'completely and resume with it, on any instance: what was missed is sent, or everything with the reason.',
        `Messages are JSON text of at most ${maxMessageBytes} bytes. A client that reads too slowly is told the newest ` +
          'value of each cell when it reads again. Times are epoch milliseconds.',
        'Close codes:',
        table(
          ['code', 'connect again', 'meaning'],
          Object.values(closeCodes).map(({ code, retry, doc }) => [`${code}`, retry ? 'yes' : 'no', doc]),
        ),
        'Codes of `error` messages:',
        table(['code', 'meaning'], Object.entries(streamErrors)),
      ].join('\n\n'),
    },
    defaultContentType: 'application/json',
    servers: {
      api: {
        host: '{host}',
        protocol: 'ws',
        description: 'Any instance; wss behind a proxy that speaks TLS',
        variables: { host: { default: '127.0.0.1:8080', description: 'Where the api is' } },
      },
    },
    channels: {
      stream: {
        address: '/v1/stream',
        title: 'Stream',
        messages: Object.fromEntries(
          [...Object.keys(clientMessages), ...Object.keys(serverMessages)].map(name => [
            name,
            { $ref: `#/components/messages/${name}` },
          ]),
        ),
        bindings: { ws: { method: 'GET' } },
      },
    },
    operations: {
      listen: operation('receive', 'What a client may say', clientMessages),
      tell: operation('send', 'What the server says', serverMessages),
    },
    components: {
      messages: { ...messages(clientMessages), ...messages(serverMessages) },
    },
    'x-close-codes': Object.values(closeCodes),
  }
}

type Messages = Readonly<Record<string, TSchema>>

function operation(action: 'send' | 'receive', summary: string, of: Messages): object {
  return {
    action,
    summary,
    channel: { $ref: '#/channels/stream' },
    messages: Object.keys(of).map(name => ({ $ref: `#/channels/stream/messages/${name}` })),
  }
}

function messages(of: Messages): object {
  return Object.fromEntries(
    Object.entries(of).map(([name, payload]) => [
      name,
      {
        name,
        title: name,
        ...('description' in payload ? { summary: payload.description } : {}),
        payload,
      },
    ]),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n')
}

import { Type } from 'typebox'
import { problemResponses, sendProblem } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'

/** `GET /v1/stream` without an upgrade; the WebSocket itself is taken before routing. */
export function streamRoute(api: Api): void {
  api.get(
    '/stream',
    {
      schema: {
        operationId: 'stream',
        summary: 'WebSocket: snapshots and deltas of current values',
        description:
          'Connect with a WebSocket client and say `{"type":"hello","protocol":1}`; after the welcome say ' +
          '`{"type":"subscribe","id":"a","regions":["370000"],"depth":"children","kpis":["radio.*"]}`. ' +
          'A snapshot follows, then deltas with the cells that changed, in the shape of /v1/kpis/latest.',
        tags: ['values'],
        response: {
          101: Type.Null({ description: 'Switching to WebSocket' }),
          ...problemResponses('unauthorized', 'upgrade_required'),
        },
      },
    },
    async (_request, reply) => {
      reply.header('upgrade', 'websocket').header('connection', 'upgrade')
      return sendProblem(reply, 'upgrade_required', 'connect with a WebSocket client')
    },
  )
}

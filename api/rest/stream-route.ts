import { sendProblem } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'

/** `GET /v1/stream` without an upgrade; the WebSocket itself is taken before routing. */
export function streamRoute(api: Api): void {
  api.get(
    '/stream',
    {
      // A WebSocket is none of OpenAPI's: /asyncapi.json describes it.
      schema: { hide: true },
      exposeHeadRoute: false,
    },
    async (_request, reply) => {
      reply.header('upgrade', 'websocket').header('connection', 'upgrade')
      return sendProblem(reply, 'upgrade_required', 'connect with a WebSocket client')
    },
  )
}

import type { FastifyInstance } from 'fastify'
import { CodedError } from '../errors.ts'

/**
 * Answers the methods that a path of the scope does not have with 405 and Allow, as RFC 9110 wants it.
 * @param addRoutes adds the routes that there are
 */
export function refuseOtherMethods(scope: FastifyInstance, addRoutes: () => void): void {
  const served = new Map<string, Set<string>>()
  let ours = true
  scope.addHook('onRoute', ({ method, routePath }) => {
    if (!ours) return
    const known = served.get(routePath) ?? new Set<string>()
    served.set(routePath, known)
    for (const each of [method].flat()) known.add(each)
  })
  addRoutes()
  ours = false
  for (const [path, known] of served) {
    const allow = [...known].join(', ')
    scope.route({
      method: scope.supportedMethods.filter(method => !known.has(method)),
      url: path,
      schema: { hide: true },
      // Before a body is looked at, which may be of any kind.
      onRequest: async (request, reply) => {
        reply.header('allow', allow)
        throw new CodedError('method_not_allowed', `${request.method} is not for ${path}`, {
          hint: `it has ${allow}`,
        })
      },
      handler: async () => undefined,
    })
  }
}

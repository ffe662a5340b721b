import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../platform/errors.ts'
import type { Access } from '../access/access.ts'
import { callerOf } from '../access/caller.ts'
import type { Viewer } from '../access/viewer.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Known to every handler below `/v1`, because nobody else gets there. */
    viewer: Viewer
  }
}

/** Lets nobody into the scope who was not admitted; a refusal comes before the request is looked at. */
export function admission(scope: FastifyInstance, access: Access): void {
  scope.decorateRequest('viewer')
  scope.addHook('onRequest', async request => {
    const viewer = await access.admit(callerOf(request.raw))
    if (viewer.kiosk && !reads.has(request.method)) {
      throw new CodedError('forbidden_role', `${viewer.name} only reads, and this is ${request.method}`)
    }
    request.viewer = viewer
  })
}

const reads: ReadonlySet<string> = new Set(['GET', 'HEAD'])

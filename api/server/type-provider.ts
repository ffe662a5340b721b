import type { FastifyInstance, FastifyTypeProvider } from 'fastify'
import type { Static, TSchema } from 'typebox'

/** Gives handlers the types of their TypeBox schemas. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  /** Answers made of cells are sent as text that was encoded before. */
  readonly serializer: unknown
}

export type Api = ReturnType<typeof withTypes>

export function withTypes(app: FastifyInstance) {
  return app.withTypeProvider<TypeBoxProvider>()
}

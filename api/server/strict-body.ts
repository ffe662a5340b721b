import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * Checks a JSON body as it is. Query parameters are texts that must become numbers and lists; a body has its types,
 * and one of another type is an error.
 */
export const strictBody: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const shape = Compile(schema)
  return (value: unknown) => {
    if (shape.Check(value)) return { value }
    const [first] = shape.Errors(value)
    return { error: new Error(`${httpPart}${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}`) }
  }
}

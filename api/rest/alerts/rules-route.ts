import { Type } from 'typebox'
import type { PublishedRule } from '../../../schemas/alerts/published-rule.ts'
import { problemResponses } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { EpochMs, NullableString } from '../wire-schemas.ts'

const RuleSchema = Type.Object({
  name: Type.String({ description: 'Of the rule; of the file where that could not be read' }),
  group: Type.String(),
  rule: Type.Unsafe<object | null>({
    type: ['object', 'null'],
    additionalProperties: true,
    description: 'With every default filled in; null for a file that could not be read',
  }),
  file: Type.String({ description: 'The file that it stands in' }),
  loaded_at: { ...EpochMs, description: 'When alerting read it; wall time, epoch milliseconds' },
  error: { ...NullableString, description: 'Why the file was not taken; the rules of before go on' },
})

/** `GET /v1/rules`: what alerting runs. */
export function rulesRoute(api: Api, { desk }: Sources): void {
  api.get(
    '/rules',
    {
      schema: {
        operationId: 'rules',
        summary: 'The alert rules that run, and rules files that could not be read',
        description: 'As alerting told it when it last read its files; by group and name.',
        tags: ['alerts'],
        response: {
          200: Type.Object({ rules: Type.Array(RuleSchema) }, { description: 'The rules' }),
          ...problemResponses(),
        },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      return { rules: desk.rules.all().map(ruleJson) }
    },
  )
}

function ruleJson({ rule, ...told }: PublishedRule) {
  return { ...told, rule: rule === '' ? null : parsed(rule) }
}

function parsed(text: string): object | null {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' ? value : null
}

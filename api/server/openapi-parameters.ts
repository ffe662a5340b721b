import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { kpis } from '../../schemas/kpis/kpis.ts'
import { regions } from '../../schemas/regions/regions.ts'
import { instantPattern } from '../history/time-range.ts'

type Document = NonNullable<FastifyDynamicSwaggerOptions['openapi']>

const BodyWithRegions = Type.Object({
  content: Type.Object({
    'application/json': Type.Object({
      schema: Type.Object({
        properties: Type.Object({
          regions: Type.Object({ items: Type.Object({ type: Type.Literal('string') }) }),
        }),
      }),
    }),
  }),
})

const ids = kpis.map(({ id }) => id)
const feeds = [...new Set(ids.map(id => `${id.slice(0, id.indexOf('.'))}.*`))]
const codes = regions.map(({ code }) => code)
const time = { pattern: instantPattern }

/**
 * What a parameter takes, beyond what its schema checks: routes look names and times up themselves, because they can say
 * better than a schema what is wrong with one.
 */
const known: Readonly<Record<string, { readonly narrower: object; readonly example: unknown }>> = {
  'path kpi': { narrower: { enum: ids }, example: 'parking.occupancy_pct' },
  'query kpi': { narrower: { enum: [...ids, ...feeds, '*'] }, example: ['parking.occupancy_pct'] },
  'query region': { narrower: { enum: codes }, example: '370100' },
  'query from': { narrower: time, example: '2026-06-01T08:00:00+08:00' },
  'query to': { narrower: time, example: '2026-06-01T09:00:00+08:00' },
  'query since': { narrower: time, example: '2026-06-01T08:00:00+08:00' },
  'query time': { narrower: time, example: '2026-06-01T08:30:00+08:00' },
  'query known_at': { narrower: time, example: '2026-06-01T10:00:00+08:00' },
  'query window_start': { narrower: time, example: '2026-06-01T00:00:00Z' },
}

/** The document with the values that its parameters take, and an example of each. */
export function documentedParameters<D extends Document>(document: D): D {
  for (const path of Object.values(document.paths ?? {})) {
    nameRegions(path?.post?.requestBody)
    for (const parameter of path?.get?.parameters ?? []) {
      if ('$ref' in parameter || !parameter.schema || '$ref' in parameter.schema) continue
      // What has a default may be left out.
      if ('default' in parameter.schema) parameter.required = false
      const found = known[`${parameter.in} ${parameter.name}`]
      if (!found) continue
      const { schema } = parameter
      if (schema.type === 'array' && 'items' in schema) {
        Object.assign(schema.items, found.narrower)
        parameter.example = [found.example].flat()
      } else {
        Object.assign(schema, found.narrower)
        parameter.example = found.example
      }
    }
  }
  return document
}

/** Regions in a body are those that there are, too. */
function nameRegions(body: unknown): void {
  if (Value.Check(BodyWithRegions, body)) {
    Object.assign(body.content['application/json'].schema.properties.regions.items, { enum: codes })
  }
}

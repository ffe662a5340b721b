import { Type } from 'typebox'
import type { Matcher } from '../../../schemas/alerts/silence.ts'
import { requireRegions, touches } from '../../access/permissions.ts'
import { concerns, silenceStateOf } from '../../alerts/silence-book.ts'
import { regionsOf } from '../../cells/selection.ts'
import { problemResponses } from '../../server/problems.ts'
import { strictBody } from '../../server/strict-body.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { EpochMs, RegionList } from '../wire-schemas.ts'
import { AlertId } from './alert-route.ts'
import { Accepted, askingOf, IdempotencyHeaders, operatorsOnly } from './asking.ts'
import { findAlert, findProblems } from './find-alert.ts'
import { MatcherSchema, SilenceSchema, SilenceStateName, silenceJson, silenceWish } from './silence-schema.ts'

const AcceptedSilence = Type.Object(
  { ...Accepted.properties, silence: SilenceSchema },
  { description: 'Alerting will keep it: Kafka has the command' },
)

const Wish = Type.Object(
  {
    regions: RegionList,
    matchers: Type.Optional(
      Type.Array(MatcherSchema, {
        maxItems: 20,
        description: 'All must match; none: everything in the regions',
      }),
    ),
    starts_at: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 6_942_326_400_000,
        description: 'Epoch milliseconds; default now',
      }),
    ),
    reason: silenceWish.reason,
    minutes: silenceWish.minutes,
    kind: Type.Optional(silenceWish.kind),
  },
  { additionalProperties: false },
)

const Query = Type.Object(
  {
    region: Type.String({ default: '370000', description: 'Silences that mute something in it' }),
    state: Type.Array(SilenceStateName, {
      default: ['pending', 'active'],
      maxItems: 4,
      description: 'States, repeatable; those that hold or will hold by default',
    }),
  },
  { additionalProperties: false },
)

/** `/v1/silences`, and `POST /v1/alerts/{id}/silence`. */
export function silenceRoutes(api: Api, sources: Sources): void {
  listSilences(api, sources)
  addSilence(api, sources)
  silenceAlert(api, sources)
  endSilence(api, sources)
}

function listSilences(api: Api, { desk, clock }: Sources): void {
  api.get(
    '/silences',
    {
      schema: {
        operationId: 'silences',
        summary: 'Silences and maintenance windows',
        description:
          'Those that mute something in the region: of it, of regions below it, and of those above it. What ends first comes first.',
        tags: ['alerts'],
        querystring: Query,
        response: {
          200: Type.Object(
            { server_time: EpochMs, silences: Type.Array(SilenceSchema) },
            { description: 'The silences' },
          ),
          ...problemResponses('unknown_region', 'forbidden_region'),
        },
      },
    },
    async ({ viewer, query: { region, state } }, reply) => {
      regionsOf(region, 'self')
      requireRegions(viewer, { regions: [region], depth: 'self' })
      const now = clock.now()
      const found = desk.silences
        .all()
        .filter(silence => concerns(silence, region) && state.includes(silenceStateOf(silence, now)))
        .toSorted((left, right) => left.ends_at - right.ends_at)
      reply.header('cache-control', 'no-store')
      return { server_time: now, silences: found.map(silence => silenceJson(silence, now)) }
    },
  )
}

function addSilence(api: Api, { desk, clock }: Sources): void {
  api.post(
    '/silences',
    {
      preValidation: operatorsOnly,
      validatorCompiler: strictBody,
      schema: {
        operationId: 'addSilence',
        summary: 'A silence or maintenance window',
        description:
          'For operators and admins, and regions that they may see. Alerts that match are still judged and kept; they wake nobody while it holds.',
        tags: ['alerts'],
        headers: IdempotencyHeaders,
        body: Wish,
        response: {
          202: AcceptedSilence,
          ...problemResponses(
            'unknown_region',
            'forbidden_region',
            'invalid_matcher',
            'too_many_silences',
            'alerts_unavailable',
            'too_large',
            'unsupported_media_type',
          ),
        },
      },
    },
    async (request, reply) => {
      const { viewer, body } = request
      for (const code of body.regions) regionsOf(code, 'self')
      requireRegions(viewer, { regions: body.regions, depth: 'self' })
      const { kind = 'silence', matchers = [], starts_at = null, minutes, reason } = body
      const wish = { kind, regions: [...new Set(body.regions)], matchers, starts_at, minutes, reason }
      const { command_id, silence } = await desk.silence(wish, askingOf(request))
      reply.code(202).header('cache-control', 'no-store')
      return { command_id, silence: silenceJson(silence, clock.now()) }
    },
  )
}

function silenceAlert(api: Api, sources: Sources): void {
  const { desk, clock } = sources
  api.post(
    '/alerts/:id/silence',
    {
      preValidation: operatorsOnly,
      validatorCompiler: strictBody,
      schema: {
        operationId: 'silenceAlert',
        summary: 'Silences an alert: its rule in its region, for a time',
        description:
          'For operators and admins who may see its region. Later alerts of the same rule there are silent too, until it ends.',
        tags: ['alerts'],
        params: Type.Object({ id: AlertId }),
        headers: IdempotencyHeaders,
        body: Type.Object(
          { reason: silenceWish.reason, minutes: silenceWish.minutes, kind: Type.Optional(silenceWish.kind) },
          { additionalProperties: false },
        ),
        response: {
          202: AcceptedSilence,
          ...problemResponses(
            ...findProblems,
            'too_many_silences',
            'alerts_unavailable',
            'too_large',
            'unsupported_media_type',
          ),
        },
      },
    },
    async (request, reply) => {
      const { rule, region } = await findAlert(
        whileWaiting(sources, reply),
        request.viewer,
        request.params.id,
      )
      const { kind = 'silence', minutes, reason } = request.body
      const matchers: readonly Matcher[] = [
        { label: 'alertname', op: '=', value: rule },
        { label: 'region', op: '=', value: region },
      ]
      const wish = { kind, regions: [region], matchers, starts_at: null, minutes, reason }
      const { command_id, silence } = await desk.silence(wish, askingOf(request))
      reply.code(202).header('cache-control', 'no-store')
      return { command_id, silence: silenceJson(silence, clock.now()) }
    },
  )
}

function endSilence(api: Api, { desk }: Sources): void {
  api.delete(
    '/silences/:id',
    {
      preValidation: operatorsOnly,
      schema: {
        operationId: 'endSilence',
        summary: 'Ends a silence or maintenance window before its time',
        description:
          'For operators and admins who may see all of its regions; to those who may see none of them it is not there. One that is over stays so.',
        tags: ['alerts'],
        params: Type.Object({ id: Type.String({ description: 'As GET /v1/silences lists it' }) }),
        response: {
          202: Accepted,
          ...problemResponses('silence_not_found', 'forbidden_region', 'alerts_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { viewer, params } = request
      const silence = desk.findSilence(params.id, ({ regions }) => touches(viewer, regions))
      requireRegions(viewer, { regions: silence.regions, depth: 'self' })
      const accepted = await desk.unsilence(silence, askingOf(request))
      return reply.code(202).header('cache-control', 'no-store').send(accepted)
    },
  )
}

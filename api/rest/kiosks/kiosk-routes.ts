import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { wallClock } from '../../../platform/clock.ts'
import { CodedError } from '../../../platform/errors.ts'
import { liesIn } from '../../access/kiosks/kiosk.ts'
import type { KioskDesk } from '../../access/kiosks/kiosk-desk.ts'
import { maySee, requireRegions, requireRole } from '../../access/permissions.ts'
import { regionsOf } from '../../cells/selection.ts'
import { problemResponses } from '../../server/problems.ts'
import { strictBody } from '../../server/strict-body.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { RegionList } from '../wire-schemas.ts'
import { KioskSchema, kioskJson } from './kiosk-schema.ts'

const Wish = Type.Object(
  {
    wall: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
      description: 'Name of the wall; the screen says it in Citybrain-Wall, or hello.wall on the stream',
    }),
    regions: RegionList,
    days: Type.Integer({ minimum: 1, maximum: 1_100, description: 'How long the token holds' }),
  },
  { additionalProperties: false },
)

const Query = Type.Object(
  { region: Type.String({ default: '370000', description: 'Screens that show this region or parts of it' }) },
  { additionalProperties: false },
)

/** Before the request is looked at: who is no admin learns nothing of it. */
const adminsOnly = async ({ viewer }: FastifyRequest): Promise<void> => requireRole(viewer, 'admin')

/** `/v1/kiosks`: tokens of screens that hang on walls. They only read, on one wall, until they are taken back. */
export function kioskRoutes(api: Api, { kiosks }: Sources): void {
  addKiosk(api, kiosks)
  listKiosks(api, kiosks)
  revokeKiosk(api, kiosks)
}

function addKiosk(api: Api, kiosks: KioskDesk | undefined): void {
  api.post(
    '/kiosks',
    {
      preValidation: adminsOnly,
      validatorCompiler: strictBody,
      schema: {
        operationId: 'addKiosk',
        summary: 'A token for a screen',
        description:
          'For admins, and regions that they may see themselves. The token is shown this once and kept nowhere.',
        tags: ['kiosks'],
        body: Wish,
        response: {
          201: Type.Object(
            { ...KioskSchema.properties, token: Type.String() },
            { description: 'The screen, and its token' },
          ),
          ...problemResponses(
            'unknown_region',
            'forbidden_region',
            'kiosks_not_configured',
            'kiosks_unavailable',
            'too_large',
            'unsupported_media_type',
          ),
        },
      },
    },
    async ({ viewer, body }, reply) => {
      for (const code of body.regions) regionsOf(code, 'self')
      requireRegions(viewer, { regions: body.regions, depth: 'self' })
      const { kiosk, token } = await configured(kiosks).issue(body, viewer.name)
      reply.code(201).header('cache-control', 'no-store')
      return { ...kioskJson(kiosk, wallClock.now()), token }
    },
  )
}

function listKiosks(api: Api, kiosks: KioskDesk | undefined): void {
  api.get(
    '/kiosks',
    {
      preValidation: adminsOnly,
      schema: {
        operationId: 'kiosks',
        summary: 'Screens with a token of their own',
        description: 'For admins: the screens that show nothing outside the region.',
        tags: ['kiosks'],
        querystring: Query,
        response: {
          200: Type.Object({ kiosks: Type.Array(KioskSchema) }, { description: 'The screens' }),
          ...problemResponses('unknown_region', 'forbidden_region', 'kiosks_not_configured'),
        },
      },
    },
    async ({ viewer, query: { region } }, reply) => {
      regionsOf(region, 'self')
      requireRegions(viewer, { regions: [region], depth: 'self' })
      const now = wallClock.now()
      const found = configured(kiosks)
        .all()
        .filter(kiosk => liesIn(kiosk, region))
      reply.header('cache-control', 'no-store')
      return { kiosks: found.map(kiosk => kioskJson(kiosk, now)) }
    },
  )
}

function revokeKiosk(api: Api, kiosks: KioskDesk | undefined): void {
  api.delete(
    '/kiosks/:id',
    {
      preValidation: adminsOnly,
      schema: {
        operationId: 'revokeKiosk',
        summary: 'Takes the token of a screen back',
        description:
          'For admins, and screens of regions that they may see. Its open streams are closed at once.',
        tags: ['kiosks'],
        params: Type.Object({ id: Type.String({ description: 'As GET /v1/kiosks lists it' }) }),
        response: {
          204: Type.Null({ description: 'Revoked, now or before' }),
          ...problemResponses('kiosk_not_found', 'kiosks_not_configured', 'kiosks_unavailable'),
        },
      },
    },
    async ({ viewer, params: { id } }, reply) => {
      const desk = configured(kiosks)
      // The list shows screens of regions that the viewer may see altogether; to others they are not there.
      const kiosk = desk.find(id, ({ regions }) => regions.every(code => maySee(viewer, code)))
      await desk.revoke(kiosk, viewer.name)
      return reply.code(204).send()
    },
  )
}

/** @throws CodedError `kiosks_not_configured`. */
function configured(kiosks: KioskDesk | undefined): KioskDesk {
  if (kiosks) return kiosks
  throw new CodedError('kiosks_not_configured', 'this server signs no tokens', {
    hint: 'set AUTH_JWT_SECRET on every instance of the api',
  })
}

import { Type } from 'typebox'
import { depths, statuses } from '../../schemas/protocol/stream.ts'
import { maxNameLength } from '../asyncapi/client-messages.ts'

/** Shapes that several answers share, for validation and OpenAPI alike. */

export const NullableNumber = Type.Unsafe<number | null>({ type: ['number', 'null'] })
export const NullableString = Type.Unsafe<string | null>({ type: ['string', 'null'] })
export const EpochMs = Type.Integer({ description: 'Epoch milliseconds' })
export const NullableEpochMs = Type.Unsafe<number | null>({
  type: ['integer', 'null'],
  description: 'Epoch milliseconds',
})
export const Coverage = Type.Unsafe<number | null>({
  type: ['number', 'null'],
  description: 'Assets that reported / assets expected, 0..1; null where none is expected',
})
export const Position = Type.Integer({ description: 'Position on the stream up to which this is true' })
export const StatusName = Type.Enum([...statuses])

/** One or several values of the same query parameter. */
export const RegionList = Type.Array(Type.String({ maxLength: maxNameLength }), {
  minItems: 1,
  maxItems: 200,
  description: 'Region code, repeatable',
})

/** KPIs by name or pattern. */
export const KpiList = Type.Array(Type.String({ maxLength: maxNameLength }), {
  minItems: 1,
  maxItems: 100,
  description: 'KPI id, `feed.*` or `*`, repeatable',
})
export const Depth = Type.Enum([...depths], {
  default: 'self',
  description: 'How far below the regions: themselves, those directly below too, or all below',
})

/** The same shape as on the stream. */
export const CellSchema = Type.Object({
  kpi: Type.String(),
  region: Type.String(),
  window_start: EpochMs,
  window_end: EpochMs,
  value: NullableNumber,
  status: StatusName,
  revision: Type.Integer({ description: '0 provisional, 1 final, 2 and up corrected' }),
  version: Type.Integer({
    description: 'Of two cells for the same KPI, region and window the greater one holds',
  }),
  coverage: Coverage,
  readings: Type.Integer(),
  event_time_max: NullableEpochMs,
})

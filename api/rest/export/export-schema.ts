import { Type } from 'typebox'
import { exportStates } from '../../exports/export-progress.ts'
import { formatNames, formats, revisionChoices } from '../../exports/export-request.ts'
import { Instant, stepOf } from '../range-schema.ts'
import { Depth, EpochMs, KpiList, NullableEpochMs, RegionList } from '../wire-schemas.ts'

const exportId = (meaning: string) =>
  Type.String({
    pattern: '^[A-Za-z0-9_-]{8,64}$',
    description: `Names the export: 8 to 64 letters, digits, \`-\` or \`_\`; ${meaning}`,
  })

export const ExportParams = Type.Object({ id: exportId('from the header `export-id`, or as you chose it') })

export const ExportQuery = Type.Object(
  {
    kpi: KpiList,
    region: { ...RegionList, default: ['370000'] },
    depth: Depth,
    from: Type.Optional(Instant('default one hour before `to`')),
    to: Type.Optional(Instant('exclusive; default now')),
    step: stepOf('longestExportMs'),
    revisions: Type.Enum([...revisionChoices], {
      default: 'last',
      description:
        '`all`: every final and corrected revision of each window; an hour or a day has its last one only',
    }),
    format: Type.Enum(formatNames, { default: 'csv', description: 'Of the file' }),
    id: Type.Optional(exportId('default one that is made up')),
  },
  { additionalProperties: false },
)

const headers = {
  'export-id': Type.String({ description: 'Names the export in /v1/exports/{id}' }),
  'export-rows': Type.Integer({
    minimum: 0,
    description:
      'Rows counted just before the file was begun; what is stored while it is written may come on top, fewer never come',
  }),
  'content-disposition': Type.String({ description: 'A name for the file' }),
}

export const ExportFile = {
  description:
    'The file, in chunks. Columns as in the view `kpi` (`kpi_1h`, `kpi_1d` for longer steps), ordered by KPI, region ' +
    'and window. In CSV times are RFC 3339 in UTC and null is an empty field',
  headers,
  content: {
    [mediaType('csv')]: { schema: Type.String() },
    [mediaType('parquet')]: { schema: Type.String({ contentMediaType: mediaType('parquet') }) },
  },
}

function mediaType(format: keyof typeof formats): string {
  return formats[format].type.replace(/;.*/, '')
}

export const ExportStateSchema = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum([...exportStates], {
      description: '`failed`: the connection was broken off; `cancelled`: the client left',
    }),
    format: Type.Enum(formatNames),
    rows: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: 'Counted before the file was begun; null until then',
    }),
    rows_written: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description:
        'Handed to the connection so far; null for Parquet, in which rows cannot be seen before its end',
    }),
    bytes_written: Type.Integer(),
    started_at: EpochMs,
    ended_at: NullableEpochMs,
    error: Type.Unsafe<{ code: string; detail: string } | null>({
      type: ['object', 'null'],
      properties: { code: { type: 'string' }, detail: { type: 'string' } },
      description: 'Why it failed',
    }),
  },
  { description: 'How far it is' },
)

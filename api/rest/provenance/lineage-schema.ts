import { type Static, Type } from 'typebox'
import { Formula } from '../../history/provenance/formula.ts'
import { StoredCell } from '../../history/provenance/stored-cell.ts'
import { EpochMs, NullableNumber, NullableString, StatusName } from '../wire-schemas.ts'

const lastOnly = 'only its last revision is stored, so null for an earlier one'

const Measures = Type.Record(Type.String(), NullableNumber, {
  description: 'Measures that the KPI uses, by name; null for an extreme of nothing',
})

const County = Type.Object({
  county: Type.String(),
  value: { ...NullableNumber, description: "The KPI of this county alone, in the KPI's unit" },
  numerator: Type.Number(),
  denominator: Type.Number(),
  measures: Measures,
  assets: Type.Integer(),
  expected: Type.Number(),
  readings: Type.Integer(),
  duplicates: Type.Integer(),
  status: StatusName,
  revision: Type.Integer(),
  version: Type.Integer(),
  computed_at: EpochMs,
})

const Totals = Type.Object({
  measures: Measures,
  assets: Type.Integer(),
  expected: Type.Number(),
  readings: Type.Integer(),
  duplicates: Type.Integer(),
})

const Difference = Type.Object({
  of: Type.String({ description: 'Number of the cell' }),
  stored: { ...NullableNumber, description: 'What the cell says' },
  computed: { ...NullableNumber, description: 'What the counties come to' },
})

const Offsets = Type.Object({
  topic: Type.String(),
  partition: Type.Integer(),
  from_offset: Type.Integer({ description: 'First reading of the window; -1 for none; 0 for a census' }),
  through_offset: Type.Integer({ description: 'The revision had seen the log up to here, exclusive' }),
})

const Reading = Type.Object({
  asset_id: Type.String(),
  county: Type.String(),
  event_time: EpochMs,
  kafka_partition: Type.Integer(),
  kafka_offset: Type.Integer(),
  fields: Type.Record(
    Type.String(),
    Type.Unsafe<number | string | boolean | null>({ type: ['number', 'string', 'boolean', 'null'] }),
    { description: 'Fields that decide what the reading adds; null where the device does not say' },
  ),
})

export const Lineage = Type.Object(
  {
    kpi: Type.String(),
    region: Type.String(),
    window_start: EpochMs,
    window_end: EpochMs,
    last_revision: Type.Integer({ description: 'Of this cell' }),
    cell: StoredCell,
    formula: Formula,
    totals: Type.Unsafe<Static<typeof Totals> | null>({
      ...Totals,
      type: ['object', 'null'],
      description: `What the counties come to; of a county ${lastOnly}`,
    }),
    adds_up: Type.Unsafe<boolean | null>({
      type: ['boolean', 'null'],
      description:
        'Whether the counties come to the totals of the cell and the formula over them to its value. For the moment ' +
        'between the storing of a county and of the regions above it they do not: a county has a greater version then. ' +
        'Null where the counties are not known',
    }),
    differences: Type.Array(Difference, { description: 'Where the cell and its counties differ' }),
    counties: Type.Unsafe<Static<typeof County>[] | null>({
      type: ['array', 'null'],
      items: County,
      description: `Those that have a row, by code; of a county ${lastOnly}`,
    }),
    offsets: Type.Array(Offsets, {
      description: 'By partition of the log; none for a census that asks the asset registry alone',
    }),
    sql: Type.Object(
      {
        counties: { ...NullableString, description: `The rows of the counties; of a county ${lastOnly}` },
        readings: { ...NullableString, description: 'All readings behind the revision; null for a census' },
        census: {
          ...NullableString,
          description:
            'What the census asks, of the readings below its offsets; null for other KPIs. Assets are taken as they ' +
            'are registered when it runs',
        },
      },
      { description: 'To run as it is' },
    ),
    readings: Type.Array(Reading, {
      description: 'The first ones behind the revision, in the order of the log',
    }),
  },
  { description: 'What it was made of' },
)
export type Lineage = Static<typeof Lineage>

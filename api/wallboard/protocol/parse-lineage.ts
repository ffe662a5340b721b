import { isStatus } from '../../client/parse-cell.ts'
import {
  isFlag,
  isNumber,
  isNumberOrNull,
  isText,
  isTextOrNull,
  listOf,
  mapOf,
  objectOf,
  orNull,
  reader,
  type Shaped,
} from './shape.ts'

/** The numbers of one stored revision of a cell. */
const storedCell = {
  revision: isNumber,
  status: isStatus,
  value: isNumberOrNull,
  numerator: isNumber,
  denominator: isNumber,
  coverage: isNumberOrNull,
  assets: isNumber,
  expected: isNumber,
  readings: isNumber,
  duplicates: isNumber,
  version: isNumber,
  computed_at: isNumber,
  reason: isTextOrNull,
  late_readings: isNumber,
}
const isRevision = objectOf({ ...storedCell, value_before: isNumberOrNull })
export type Revision = Shaped<typeof isRevision>

const isTerm = objectOf({ term: isText, kind: isText, unit: isTextOrNull, words: isText })
export type Term = Shaped<typeof isTerm>

const isMeasures = mapOf(isNumberOrNull)

const isCounty = objectOf({
  county: isText,
  value: isNumberOrNull,
  numerator: isNumber,
  denominator: isNumber,
  measures: isMeasures,
  assets: isNumber,
  expected: isNumber,
  readings: isNumber,
  duplicates: isNumber,
  status: isStatus,
  revision: isNumber,
})
export type County = Shaped<typeof isCounty>

const isFieldValue = (json: unknown): json is number | string | boolean | null =>
  json === null || ['number', 'string', 'boolean'].includes(typeof json)

const isReading = objectOf({
  asset_id: isText,
  county: isText,
  event_time: isNumber,
  kafka_partition: isNumber,
  kafka_offset: isNumber,
  fields: mapOf(isFieldValue),
})
export type Reading = Shaped<typeof isReading>

const isLineage = objectOf({
  kpi: isText,
  region: isText,
  window_start: isNumber,
  window_end: isNumber,
  last_revision: isNumber,
  cell: objectOf(storedCell),
  formula: objectOf({
    text: isText,
    scale: isNumber,
    at_most: isNumberOrNull,
    factors: listOf(objectOf({ numerator: isTerm, denominator: isTerm })),
  }),
  totals: orNull(objectOf({ measures: isMeasures })),
  adds_up: orNull(isFlag),
  differences: listOf(objectOf({ of: isText, stored: isNumberOrNull, computed: isNumberOrNull })),
  counties: orNull(listOf(isCounty)),
  offsets: listOf(
    objectOf({ topic: isText, partition: isNumber, from_offset: isNumber, through_offset: isNumber }),
  ),
  sql: objectOf({ counties: isTextOrNull, readings: isTextOrNull, census: isTextOrNull }),
  readings: listOf(isReading),
})
export type Lineage = Shaped<typeof isLineage>

/** The answer of `GET /v1/kpis/{kpi}/lineage`; undefined when it is not such an answer. */
export const parseLineage = reader(isLineage)

const isRevisions = objectOf({ revisions: listOf(isRevision) })

/** The revisions of a window, oldest first, in the answer of `GET /v1/kpis/{kpi}/revisions`. */
export function parseRevisions(json: unknown): readonly Revision[] | undefined {
  return isRevisions(json) ? json.revisions : undefined
}

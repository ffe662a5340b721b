import { Type } from 'typebox'
import { CodedError } from '../../../platform/errors.ts'
import { belowOfLineage } from '../../../schemas/clickhouse/census/census-sources.ts'
import { isCensusId, type Kpi } from '../../../schemas/kpis/kpi.ts'
import { telemetryTopic } from '../../../schemas/topics.ts'
import type { History } from '../../history/ask-history.ts'
import { differencesOf, evaluateTotals, type Totals, totalsOf } from '../../history/provenance/adds-up.ts'
import { type CountyRow, readCountyRows } from '../../history/provenance/county-rows.ts'
import { formulaInWords } from '../../history/provenance/formula.ts'
import { lineageSql } from '../../history/provenance/lineage-sql.ts'
import { readReadings } from '../../history/provenance/readings-behind.ts'
import { readLastRevision, readRevisions, type StoredRevision } from '../../history/provenance/stored-cell.ts'
import { problemResponses } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { type CellAsked, CellParams, cellAsked, cellQuery, windowNotFound } from './cell-asked.ts'
import { Lineage } from './lineage-schema.ts'

const Query = Type.Object(
  {
    ...cellQuery,
    revision: Type.Optional(
      Type.Integer({ minimum: 1, description: 'An earlier revision; default the last' }),
    ),
    readings: Type.Integer({
      minimum: 0,
      maximum: 1_000,
      default: 0,
      description: 'How many of the readings behind it to give',
    }),
  },
  { additionalProperties: false },
)

/** `GET /v1/kpis/{kpi}/lineage`: from a cell to its counties, its readings and their places in the log. */
export function lineageRoute(api: Api, sources: Sources): void {
  const { table, database } = sources
  api.get(
    '/kpis/:kpi/lineage',
    {
      schema: {
        operationId: 'lineage',
        summary: 'What a value was made of: counties, readings, offsets of the log',
        description:
          'From a stored value to its formula, the measures of its counties, its readings and their places in the log, ' +
          'with the SQL to check it.',
        tags: ['provenance'],
        params: CellParams,
        querystring: Query,
        response: {
          200: Lineage,
          ...problemResponses(
            'invalid_request',
            'unknown_region',
            'forbidden_region',
            'unknown_kpi',
            'window_not_found',
            'revision_not_found',
            'history_unavailable',
            'history_timeout',
          ),
        },
      },
    },
    async ({ viewer, params, query }, reply) => {
      const history = whileWaiting(sources, reply)
      const asked = cellAsked(viewer, params.kpi, query.region, query.window_start)
      const { kpi, region, instant } = asked
      const last = await readLastRevision(history, { kpi: kpi.id, region, instant })
      if (!last) throw windowNotFound(asked, table.heldAt(kpi.of, region, instant) !== undefined)
      const revision = await revisionAsked(history, asked, last, query.revision)
      const [counties, readings] = await Promise.all([
        revision === last ? readCountyRows(history, { kpi, region, windowStart: last.window_start }) : null,
        isCensusId(kpi.of)
          ? []
          : readReadings(history, { record: kpi.of, kpi, region, revision }, query.readings),
      ])
      const { window_start, window_end, cell } = revision
      const sql = lineageSql(database, kpi, region, revision)
      reply.header('cache-control', 'no-store')
      const answer: Lineage = {
        kpi: kpi.id,
        region,
        window_start,
        window_end,
        last_revision: last.cell.revision,
        cell,
        formula: formulaInWords(kpi),
        ...(counties ? countiesOf(kpi, counties, revision) : unknownCounties),
        offsets: offsetsOf(kpi, revision),
        sql: { ...sql, counties: counties ? sql.counties : null },
        readings,
      }
      return answer
    },
  )
}

const unknownCounties = { totals: null, adds_up: null, differences: [], counties: null }

/** @throws CodedError `revision_not_found` or `history_unavailable`. */
async function revisionAsked(
  history: History,
  { kpi, region }: CellAsked,
  last: StoredRevision,
  number = last.cell.revision,
): Promise<StoredRevision> {
  if (number === last.cell.revision) return last
  const stored = await readRevisions(history, { kpi: kpi.id, region, instant: last.window_start })
  const found = stored.find(({ cell }) => cell.revision === number)
  if (!found) {
    throw new CodedError('revision_not_found', `the last revision of this window is ${last.cell.revision}`, {
      hint: 'GET /v1/kpis/{kpi}/revisions lists them',
    })
  }
  return found
}

function countiesOf(
  kpi: Kpi,
  rows: readonly CountyRow[],
  { window_start, window_end, cell }: StoredRevision,
) {
  const windowMs = window_end - window_start
  const totals = totalsOf(kpi, rows)
  const differences = differencesOf(cell, totals, evaluateTotals(kpi, totals, windowMs))
  return {
    totals: { ...totals, measures: measuresOf(totals) },
    adds_up: differences.length === 0,
    differences,
    counties: rows.map(row => ({ ...row, ...evaluateTotals(kpi, totalsOf(kpi, [row]), windowMs) })),
  }
}

/** JSON has no infinities: an extreme of nothing is null. */
function measuresOf({ measures }: Totals): Record<string, number | null> {
  return Object.fromEntries(
    [...measures].map(([name, number]) => [name, Number.isFinite(number) ? number : null]),
  )
}

/** A census describes a state: everything below its offsets counts, from the beginning of the log on. */
function offsetsOf({ of }: Kpi, { offsets }: StoredRevision): Lineage['offsets'] {
  if (!isCensusId(of)) return offsets.map(range => ({ topic: telemetryTopic(of), ...range }))
  return [...belowOfLineage(of, offsets)].flatMap(([record, partitions]) =>
    [...partitions].map(([partition, through_offset]) => ({
      topic: telemetryTopic(record),
      partition,
      from_offset: 0,
      through_offset,
    })),
  )
}

import type { ServerResponse } from 'node:http'
import { requireRegions, requireRole } from '../../access/permissions.ts'
import type { ExportProgress } from '../../exports/export-progress.ts'
import { type ExportRequest, exportRequest, formats } from '../../exports/export-request.ts'
import { type OpenedExport, openExport } from '../../exports/open-export.ts'
import { historyFailure } from '../../history/ask-history.ts'
import { problemResponses } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { whenLeft } from '../while-waiting.ts'
import { ExportFile, ExportQuery } from './export-schema.ts'

/** `GET /v1/export`: stored values of many KPIs and regions as a file, written while it is read. */
export function exportRoute(api: Api, sources: Sources): void {
  api.get(
    '/export',
    {
      // What is said of a file is said by writing it.
      exposeHeadRoute: false,
      // Its length and end would be those of another stream; Parquet is compressed already.
      compress: false,
      schema: {
        operationId: 'exportValues',
        summary: 'Stored values as CSV or Parquet',
        description:
          'For analysts. The file is written while it is read and collected nowhere. If something fails on the way the ' +
          'connection is broken off: a file that came to its end is whole. `GET /v1/exports/{id}` tells how far it is.',
        tags: ['export'],
        querystring: ExportQuery,
        response: {
          200: ExportFile,
          ...problemResponses(
            'unknown_region',
            'empty_range',
            'range_too_long',
            'too_many_points',
            'forbidden_region',
            'forbidden_role',
            'unknown_kpi',
            'export_id_taken',
            'too_many_exports',
            'exports_busy',
            'history_unavailable',
            'history_timeout',
          ),
        },
      },
    },
    async ({ viewer, query }, reply) => {
      requireRole(viewer, 'analyst')
      const request = exportRequest(query, sources.clock.now())
      requireRegions(viewer, { regions: query.region, depth: query.depth })
      const { exports } = sources
      const progress = exports.begin(viewer.name, request.format, query.id)
      const left = whenLeft(reply.raw)
      left.addEventListener('abort', () => progress.cancelled(), { once: true })
      const signal = AbortSignal.any([left, AbortSignal.timeout(exports.longestMs)])
      const opened = await open({ ...sources, signal }, request, progress)
      told(opened, reply.raw, progress)
      return reply
        .headers({
          'export-id': progress.state.id,
          'export-rows': opened.rows,
          'content-disposition': `attachment; filename="${fileName(request)}"`,
          'cache-control': 'no-store',
        })
        .type(formats[request.format].type)
        .send(opened.file)
    },
  )
}

async function open(
  sources: Sources & { readonly signal: AbortSignal },
  request: ExportRequest,
  progress: ExportProgress,
): Promise<OpenedExport> {
  const { maxRows, longestMs } = sources.exports
  try {
    return await openExport({ ...sources, historyTimeoutMs: longestMs }, request, progress, maxRows)
  } catch (error) {
    progress.failed(error)
    throw error
  }
}

/** The end of the file, or of the connection, is the end of the export. */
function told({ file }: OpenedExport, response: ServerResponse, progress: ExportProgress): void {
  file.once('error', error => progress.failed(historyFailure(error)))
  response.once('finish', () => progress.done())
}

/** As in `kpi_1h_20260601T000000Z_20260608T000000Z.parquet`. */
function fileName({ view, range, format }: ExportRequest): string {
  const [from, to] = [range.from, range.to].map(ms =>
    new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, ''),
  )
  return `${view}_${from}_${to}.${format}`
}

import { Type } from 'typebox'
import { CodedError } from '../../../platform/errors.ts'
import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { requireRegions } from '../../access/permissions.ts'
import type { Viewer } from '../../access/viewer.ts'
import { kpiNamed, regionsOf } from '../../cells/selection.ts'
import { instantOf } from '../../history/time-range.ts'
import { Instant } from '../range-schema.ts'

/** How a route names a KPI in one region and window. */
export const CellParams = Type.Object({ kpi: Type.String({ description: 'KPI id' }) })
export const cellQuery = {
  region: Type.String({ default: '370000', description: 'Region code' }),
  window_start: Instant('any time within a window names that window'),
}

export interface CellAsked {
  readonly kpi: Kpi
  readonly region: string
  /** Within the window, epoch ms. */
  readonly instant: number
}

/** @throws CodedError `unknown_kpi`, `unknown_region`, `forbidden_region` or `invalid_request`. */
export function cellAsked(viewer: Viewer, kpi: string, region: string, windowStart: string): CellAsked {
  const asked = kpiNamed(kpi)
  regionsOf(region, 'self')
  requireRegions(viewer, { regions: [region], depth: 'self' })
  return { kpi: asked, region, instant: instantOf('window_start', windowStart) }
}

/** @param onStream the window is known there: it is open, or final and about to be stored */
export function windowNotFound({ kpi, region, instant }: CellAsked, onStream = false): CodedError {
  const window = `the window of ${kpi.id} in ${region} at ${new Date(instant).toISOString()}`
  return onStream
    ? new CodedError('window_not_found', `${window} is not final yet, or not stored yet`, {
        hint: 'GET /v1/kpis/{kpi}/revisions gives its value so far',
      })
    : new CodedError('window_not_found', `${window} is not stored`, {
        hint: 'GET /v1/kpis/{kpi}/series lists the windows that are',
      })
}

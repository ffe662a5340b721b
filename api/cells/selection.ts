import { CodedError } from '../../platform/errors.ts'
import type { Kpi } from '../../schemas/kpis/kpi.ts'
import { kpiOf } from '../../schemas/kpis/kpis.ts'
import type { Depth } from '../../schemas/protocol/stream.ts'
import { childrenOf, type Region, regionOf, subtreeOf } from '../../schemas/regions/regions.ts'
import { type CellSet, emptySet } from './cell-set.ts'
import type { CellSpace } from './cell-space.ts'

/** What a subscription or a request asks for. */
export interface Selection {
  readonly regions: readonly string[]
  readonly depth: Depth
  /** KPI ids, `feed.*` or `*`. */
  readonly kpis: readonly string[]
}

/**
 * The cells that a selection names.
 * @throws CodedError `unknown_region` or `unknown_kpi`.
 */
export function select(space: CellSpace, { regions, depth, kpis }: Selection): CellSet {
  const set = emptySet(space)
  const columns = new Set(kpis.flatMap(pattern => columnsOf(space, pattern)))
  for (const code of new Set(regions)) {
    for (const region of regionsOf(code, depth)) {
      const index = space.regionIndex(region.code)
      if (index === undefined) continue
      for (const column of columns) set[space.cellAt(index, column)] = 1
    }
  }
  return set
}

/** The region and, as far as `depth` says, those below it. @throws CodedError `unknown_region`. */
export function regionsOf(code: string, depth: Depth): readonly Region[] {
  const region = regionOf(code)
  if (!region) {
    throw new CodedError('unknown_region', `there is no region ${JSON.stringify(code)}`, {
      hint: 'GET /v1/regions lists them',
    })
  }
  switch (depth) {
    case 'self':
      return [region]
    case 'children':
      return [region, ...childrenOf(code)]
    case 'subtree':
      return subtreeOf(code)
  }
}

/** @throws CodedError `unknown_kpi`. */
export function kpiNamed(id: string): Kpi {
  const kpi = kpiOf(id)
  if (!kpi) {
    throw new CodedError('unknown_kpi', `there is no KPI ${JSON.stringify(id)}`, {
      hint: 'GET /v1/kpis lists them',
    })
  }
  return kpi
}

/** The KPIs that an id, `feed.*` or `*` means. @throws CodedError `unknown_kpi`. */
export function kpisNamed(kpis: readonly Kpi[], pattern: string): readonly Kpi[] {
  const prefix = pattern === '*' ? '' : pattern.endsWith('.*') ? pattern.slice(0, -1) : undefined
  const found = kpis.filter(({ id }) => (prefix === undefined ? id === pattern : id.startsWith(prefix)))
  if (found.length === 0) {
    throw new CodedError('unknown_kpi', `there is no KPI ${JSON.stringify(pattern)}`, {
      hint: 'GET /v1/kpis lists them; feed.* and * are understood',
    })
  }
  return found
}

function columnsOf(space: CellSpace, pattern: string): number[] {
  return kpisNamed(space.kpis, pattern).flatMap(({ id }) => space.columnOf(id) ?? [])
}

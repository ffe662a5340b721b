import { kpiDefinitions } from './kpi-definitions.ts'
import { type DefinedTable, regionTables } from './region-tables.ts'

/** Tables whose rows are definitions: they are replaced when those change. */
export const definedTables: readonly DefinedTable[] = [...regionTables, kpiDefinitions]

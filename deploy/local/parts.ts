import type { PortName, Ports } from './setup/ports.ts'
import type { PartSpec } from './supervise/part-spec.ts'
import { scriptPart } from './supervise/script-part.ts'

/** One of our own processes. */
export interface ProcessRow {
  readonly name: string
  readonly script: string
  readonly args?: readonly string[]
  readonly admin: PortName
  /** Ports it serves besides the admin port. */
  readonly ports?: readonly PortName[]
}

/**
 * Our processes, each one its own as in production. Rows of one stage start together, stages one after the other,
 * after the stores (stores.ts); they stop in the reverse order.
 */
export const processStages: readonly (readonly ProcessRow[])[] = [
  [
    // Everybody waits for archive, which opens the logs.
    processor('archive', 'archiveAdmin'),
    { name: 'ingest', script: 'ingest/main.ts', admin: 'ingestAdmin', ports: ['ingest'] },
  ],
  [
    processor('aggregate', 'aggregateAdmin'),
    processor('rollup', 'rollupAdmin'),
    processor('correct', 'correctAdmin'),
    processor('census', 'censusAdmin'),
    processor('alerting', 'alertingAdmin'),
  ],
  [{ name: 'api', script: 'api/main.ts', admin: 'apiAdmin', ports: ['api'] }],
]

function processor(name: string, admin: PortName): ProcessRow {
  return { name, script: 'processors/main.ts', args: [name], admin }
}

/** Every port the rows need. */
export function portsOf(rows: readonly ProcessRow[]): readonly PortName[] {
  return rows.flatMap(row => [row.admin, ...(row.ports ?? [])])
}

/** A row as a part that can be started; all of them get the same heap and environment. */
export function processPart(
  row: ProcessRow,
  host: string,
  ports: Ports,
  heapMib: number,
  env: Readonly<Record<string, string>>,
): PartSpec {
  return scriptPart({
    name: row.name,
    script: row.script,
    args: row.args ?? [],
    adminHost: host,
    adminPort: ports[row.admin],
    heapMib,
    env: { ...env, ADMIN_HOST: host },
  })
}

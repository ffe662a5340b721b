import { analystProfileSql } from './clickhouse/analyst-profile.ts'
import { rowPoliciesSql } from './clickhouse/row-policies.ts'
import { kpiTable } from './kpis/kpi-table.ts'
import { recordSchema } from './records/record-schema.ts'
import { records } from './records/records.ts'
import { topicTable } from './topics.ts'

export interface GeneratedFile {
  /** Relative to the repository. */
  readonly path: string
  readonly text: string
}

/** Every file that follows from the definitions and is kept in the repository for people and other programs. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    ...Object.values(records).map(record => ({
      path: `schemas/avro/${record.id}.avsc`,
      text: `${JSON.stringify(recordSchema(record), null, 2)}\n`,
    })),
    { path: 'docs/kpis.md', text: kpiTable() },
    { path: 'docs/topics.md', text: topicTable() },
    { path: 'deploy/clickhouse/row-policies.sql', text: rowPoliciesSql() },
    { path: 'deploy/clickhouse/analyst-profile.sql', text: analystProfileSql() },
  ]
}

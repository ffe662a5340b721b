import { type ColumnComments, columnComments } from './column-comments.ts'
import { sqlString } from './table.ts'

export interface View {
  readonly name: string
  /** What a row is, for people who look at the database. */
  readonly comment: string
  /** What its columns are, where they are something else than `columnComments` says. */
  readonly columns?: ColumnComments
  /** The query behind it; `{database}` stands for the database. */
  readonly query: string
}

/** A column of a view as ClickHouse derives it from the query. */
export interface ViewColumn {
  readonly name: string
  readonly type: string
}

export function viewQuery({ query }: View, database: string): string {
  return query.replaceAll('{database}', database)
}

/**
 * @param comment stored with the view
 * @param derived the columns of its query, which are given so that each is stored with its comment; ClickHouse derives them itself otherwise
 */
export function createView(
  view: View,
  database: string,
  comment: string,
  derived: readonly ViewColumn[] = [],
): string {
  const columns = derived.map(
    ({ name, type }) => `\`${name}\` ${type} COMMENT ${sqlString(commentOn(view, name) ?? '')}`,
  )
  const list = columns.length > 0 ? ` (\n  ${columns.join(',\n  ')}\n)` : ''
  return `CREATE OR REPLACE VIEW ${database}.${view.name}${list} AS\n${viewQuery(view, database)}\nCOMMENT ${sqlString(comment)}`
}

function commentOn({ columns = {} }: View, name: string): string | undefined {
  return columns[name] ?? columnComments[name]
}

export interface View {
  readonly name: string
  /** The query behind it; `{database}` stands for the database. */
  readonly query: string
}

/** Something wrong in a file, for people: where, what, and what to do. */
export interface Mistake {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  /** Stable, for programs. */
  readonly code: string
  readonly message: string
  readonly hint: string | null
}

export function byPlace(one: Mistake, other: Mistake): number {
  return one.file.localeCompare(other.file) || one.line - other.line || one.column - other.column
}

/** As compilers print it; the line of the file with it where its text is at hand. */
export function shownMistake({ file, line, column, code, message, hint }: Mistake, text?: string): string {
  const source = text?.split('\n')[line - 1]
  return [
    `${file}:${line}:${column}: ${message} [${code}]`,
    ...(source === undefined ? [] : [`    ${source}`, `    ${' '.repeat(column - 1)}^`]),
    ...(hint === null ? [] : [`    ${hint}`]),
  ].join('\n')
}

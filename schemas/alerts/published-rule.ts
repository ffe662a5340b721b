/** Value of `alert.rules` (compacted, key = name): what alerting runs, told by it after every load of its files. */
export interface PublishedRule {
  /** Of the rule; of the file where that could not be read. */
  readonly name: string
  readonly group: string
  /** A `Rule` as JSON; empty for a file that could not be read. */
  readonly rule: string
  /** The file it stands in, as ALERT_RULES leads to it. */
  readonly file: string
  /** Wall time, epoch ms. */
  readonly loaded_at: number
  /** Why the file was not taken; the rules of before go on. */
  readonly error: string | null
}

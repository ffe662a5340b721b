/** Names of fields that a receipt lists. */
const maxListed = 20

/** Fields of what was accepted that are not stored, because nothing here has such a field: misspelt, or unknown. */
export class IgnoredFields {
  /** Fields, each as often as it came. */
  count = 0
  private readonly names = new Set<string>()

  add(name: string): void {
    this.count++
    if (this.names.size < maxListed) this.names.add(name)
  }

  /** The receipt's part; nothing where all fields are known. */
  receipt(): { readonly ignored_fields?: readonly string[] } {
    return this.names.size === 0 ? {} : { ignored_fields: [...this.names].sort() }
  }
}

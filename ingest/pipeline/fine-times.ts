/** Digits of an RFC 3339 text beyond the millisecond, without zeros at the end; empty where there are none. */
function beyondMs(time: unknown): string {
  if (typeof time !== 'string' || time.length <= '2026-01-01T00:00:00.000Z'.length) return ''
  return /\.\d{3}(\d*[1-9])/.exec(time)?.[1] ?? ''
}

/**
 * Event times that are told finer than a millisecond, in which times are kept: two samples of an asset within one millisecond
 * would be one, and the second be taken for a duplicate. Remembers the last time of every asset that tells such times.
 */
export class FineTimes {
  private readonly last = new Map<string, { readonly ms: number; readonly beyond: string }>()

  /**
   * Whether the last reading of the asset was of the same millisecond and of another moment.
   * @param eventTime epoch ms
   * @param told the time as it was sent
   */
  collides(assetId: string, eventTime: number, told: unknown): boolean {
    const beyond = beyondMs(told)
    const last = this.last.size > 0 ? this.last.get(assetId) : undefined
    if (!last && beyond === '') return false
    if (last?.ms === eventTime) return last.beyond !== beyond
    this.last.set(assetId, { ms: eventTime, beyond })
    return false
  }
}

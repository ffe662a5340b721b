/** A set of non-negative safe integers in one Float64Array: open addressing, no object per member. */
export class NumberSet {
  private table = new Float64Array(16).fill(-1)
  private count = 0

  get size(): number {
    return this.count
  }

  /** Memory held, bytes. */
  get byteLength(): number {
    return this.table.byteLength
  }

  /** True when the number was not in the set before. */
  add(value: number): boolean {
    const mask = this.table.length - 1
    let place = hashOf(value) & mask
    for (;;) {
      const held = this.table[place] as number
      if (held === value) return false
      if (held < 0) break
      place = (place + 1) & mask
    }
    this.table[place] = value
    this.count++
    if (this.count * 2 > this.table.length) this.rehash()
    return true
  }

  clear(): void {
    if (this.count === 0) return
    this.table = new Float64Array(16).fill(-1)
    this.count = 0
  }

  private rehash(): void {
    const table = new Float64Array(this.table.length * 2).fill(-1)
    const mask = table.length - 1
    for (const value of this.table) {
      if (value < 0) continue
      let place = hashOf(value) & mask
      while ((table[place] as number) >= 0) place = (place + 1) & mask
      table[place] = value
    }
    this.table = table
  }
}

function hashOf(value: number): number {
  const low = value | 0
  const high = (value / 4_294_967_296) | 0
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
}

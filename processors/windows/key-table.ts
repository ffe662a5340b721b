/**
 * Message keys to dense numbers 0, 1, 2, …: an open-addressing hash table over the key bytes,
 * so that the hot path makes no string. Keys are compared byte by byte: no two share a number.
 */
export class KeyTable {
  private table = new Int32Array(1024).fill(-1)
  private hashes = new Int32Array(512)
  private starts = new Uint32Array(513)
  private bytes = new Uint8Array(16_384)
  private count = 0

  get size(): number {
    return this.count
  }

  /** Memory held, bytes. */
  get byteLength(): number {
    return this.table.byteLength + this.hashes.byteLength + this.starts.byteLength + this.bytes.byteLength
  }

  /** The key's number; a key not seen before gets the next one. */
  numberOf(key: Uint8Array): number {
    const length = key.length
    let hash = 0x811c9dc5 | 0
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (key[i] as number), 0x01000193)
    hash ^= hash >>> 15
    const mask = this.table.length - 1
    let place = hash & mask
    for (;;) {
      const number = this.table[place] as number
      if (number < 0) return this.insert(key, hash, place)
      if (this.hashes[number] === hash && this.equals(number, key)) return number
      place = (place + 1) & mask
    }
  }

  private equals(number: number, key: Uint8Array): boolean {
    const start = this.starts[number] as number
    if ((this.starts[number + 1] as number) - start !== key.length) return false
    for (let i = 0; i < key.length; i++) if (this.bytes[start + i] !== key[i]) return false
    return true
  }

  private insert(key: Uint8Array, hash: number, place: number): number {
    const number = this.count++
    if (this.count > this.hashes.length) {
      this.hashes = grown(this.hashes, Int32Array, this.count)
      this.starts = grown(this.starts, Uint32Array, this.hashes.length + 1)
    }
    const start = this.starts[number] as number
    const end = start + key.length
    if (end > this.bytes.length) this.bytes = grown(this.bytes, Uint8Array, end)
    this.bytes.set(key, start)
    this.starts[number + 1] = end
    this.hashes[number] = hash
    this.table[place] = number
    if (this.count * 2 > this.table.length) this.rehash()
    return number
  }

  private rehash(): void {
    const table = new Int32Array(this.table.length * 2).fill(-1)
    const mask = table.length - 1
    for (let number = 0; number < this.count; number++) {
      let place = (this.hashes[number] as number) & mask
      while ((table[place] as number) >= 0) place = (place + 1) & mask
      table[place] = number
    }
    this.table = table
  }
}

/** A copy at least `least` and at least twice as long. */
export function grown<A extends Int32Array | Uint32Array | Uint8Array | Float64Array | Int16Array>(
  array: A,
  make: new (length: number) => A,
  least: number,
): A {
  const copy = new make(Math.max(least, array.length * 2))
  copy.set(array)
  return copy
}

/**
 * Randomness without state: every number is a hash of a key and one or two integers, so anything can be
 * recomputed at any time, in any order. Keys are split by name; equal (key, a, b) give equal numbers.
 */

/** The finaliser of MurmurHash3 (public domain, Austin Appleby): every input bit reaches every output bit. */
function mix(value: number): number {
  let h = value
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A key of its own for a named purpose. */
export function split(key: number, name: string): number {
  let h = mix(key ^ 0x9e3779b9)
  for (let i = 0; i < name.length; i++) h = mix(Math.imul(h, 31) + name.charCodeAt(i))
  return h
}

/** Integer in [0, 2^32). `a` and `b` are taken modulo 2^32. */
export function hash(key: number, a: number, b = 0): number {
  return mix(mix(key + Math.imul(a, 0x9e3779b1)) + Math.imul(b, 0x85ebca77))
}

/** In [0, 1). */
export function uniform(key: number, a: number, b = 0): number {
  return hash(key, a, b) / 4_294_967_296
}

/** In [-1, 1). */
export function signed(key: number, a: number, b = 0): number {
  return hash(key, a, b) / 2_147_483_648 - 1
}

/** Rounds up as often as the fraction says, so that sums of many keep their expectation. */
export function roundedAt(value: number, chance: number): number {
  return Math.floor(value + chance)
}

/**
 * A curve in [-1, 1] that is continuous in `t` with a continuous slope: a hash at every multiple of `periodMs`,
 * smoothly joined. Each `a` has a curve and a lattice of its own.
 */
export function smooth(key: number, a: number, t: number, periodMs: number): number {
  const position = t / periodMs + ((a * 0.618034) % 1)
  const lattice = Math.floor(position)
  const f = position - lattice
  const left = signed(key, a, lattice)
  return left + (signed(key, a, lattice + 1) - left) * f * f * (3 - 2 * f)
}

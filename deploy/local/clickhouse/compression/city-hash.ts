/** The four multipliers that the hash is defined with, and the one of its last step. */
const [k0, k1, k2, k3] = [0xc3a5c85c97cb3127n, 0xb492b66fbe98f273n, 0x9ae16a3b2f90404fn, 0xc949d7c7509e6557n]
const kMix = 0x9ddfea08eb382d69n

/** Every sum and product is one of 64 bits. Not behind a function of ours: too many would be inlined, so none would be. */
const wrap = BigInt.asUintN

/** Low and high half of a 128-bit hash. */
type Pair = [low: bigint, high: bigint]

/**
 * CityHash128 as it was in version 1.0.2, which ClickHouse puts before every compressed block; later versions have other
 * values (https://github.com/google/cityhash). @returns 16 bytes, each half little-endian
 */
export function cityHash128(bytes: Uint8Array): Buffer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = bytes.byteLength
  const hash = Buffer.allocUnsafe(16)
  const [low, high] =
    length >= 16
      ? seeded(view, 16, [word(view, 0) ^ k3, word(view, 8)])
      : length >= 8
        ? seeded(view, length, [word(view, 0) ^ wrap(64, BigInt(length) * k0), word(view, length - 8) ^ k1])
        : seeded(view, 0, [k0, k1])
  hash.writeBigUInt64LE(low, 0)
  hash.writeBigUInt64LE(high, 8)
  return hash
}

function seeded(view: DataView, start: number, seed: Pair): Pair {
  return view.byteLength - start < 128 ? shortHash(view, start, seed) : longHash(view, start, seed)
}

/** Fewer than 128 bytes. */
function shortHash(view: DataView, start: number, [low, high]: Pair): Pair {
  const end = view.byteLength
  const length = end - start
  let [a, b, c, d] = [low, high, 0n, 0n]
  if (length <= 16) {
    a = wrap(64, shiftMix(wrap(64, a * k1)) * k1)
    c = wrap(64, wrap(64, b * k1) + tinyHash(view, start))
    d = shiftMix(wrap(64, a + (length >= 8 ? word(view, start) : c)))
  } else {
    c = mix(wrap(64, word(view, end - 8) + k1), a)
    d = mix(wrap(64, b + BigInt(length)), wrap(64, c + word(view, end - 16)))
    a = wrap(64, a + d)
    for (let at = start; at < end - 16; at += 16) {
      a = wrap(64, (a ^ wrap(64, shiftMix(wrap(64, word(view, at) * k1)) * k1)) * k1)
      b ^= a
      c = wrap(64, (c ^ wrap(64, shiftMix(wrap(64, word(view, at + 8) * k1)) * k1)) * k1)
      d ^= c
    }
  }
  a = mix(a, c)
  b = mix(d, b)
  return [a ^ b, mix(b, a)]
}

/** At most 16 bytes, in 64 bits. */
function tinyHash(view: DataView, start: number): bigint {
  const end = view.byteLength
  const length = end - start
  const size = BigInt(length)
  if (length > 8) {
    const last = word(view, end - 8)
    return mix(word(view, start), rotate(wrap(64, last + size), size)) ^ last
  }
  if (length >= 4) {
    const [first, last] = [view.getUint32(start, true), view.getUint32(end - 4, true)]
    return mix(size + (BigInt(first) << 3n), BigInt(last))
  }
  if (length === 0) return k2
  const y = view.getUint8(start) + (view.getUint8(start + (length >> 1)) << 8)
  const z = length + (view.getUint8(end - 1) << 2)
  return wrap(64, shiftMix(wrap(64, BigInt(y) * k2) ^ wrap(64, BigInt(z) * k3)) * k2)
}

/** 128 bytes or more. */
function longHash(view: DataView, start: number, [low, high]: Pair): Pair {
  const end = view.byteLength
  const length = end - start
  const z0 = wrap(64, BigInt(length) * k1)
  const v0 = wrap(64, wrap(64, rotate(high ^ k1, 49n) * k1) + word(view, start))
  const v1 = wrap(64, wrap(64, rotate(v0, 42n) * k1) + word(view, start + 8))
  const w0 = wrap(64, wrap(64, rotate(wrap(64, high + z0), 35n) * k1) + low)
  const w1 = wrap(64, rotate(wrap(64, low + word(view, start + 88)), 53n) * k1)
  const rest = end - (length % 128)
  let [x, y, z, vLow, vHigh, wLow, wHigh] = rounds(view, start, rest, [low, high, z0, v0, v1, w0, w1])
  y = wrap(64, y + wrap(64, wrap(64, rotate(wLow, 37n) * k0) + z))
  x = wrap(64, x + wrap(64, rotate(wrap(64, vLow + z), 49n) * k0))
  // What is left, in steps of 32 bytes from the end: the last one may reach back into what was hashed.
  for (let back = 32; back < end - rest + 32; back += 32) {
    y = wrap(64, wrap(64, rotate(wrap(64, y - x), 42n) * k0) + vHigh)
    wLow = wrap(64, wLow + word(view, end - back + 16))
    x = wrap(64, wrap(64, rotate(x, 49n) * k0) + wLow)
    wLow = wrap(64, wLow + vLow)
    const a = wrap(64, vLow + word(view, end - back))
    const sum = wrap(64, wrap(64, a + word(view, end - back + 8)) + word(view, end - back + 16))
    const last = word(view, end - back + 24)
    vHigh = wrap(64, wrap(64, rotate(wrap(64, wrap(64, vHigh + a) + last), 21n) + rotate(sum, 44n)) + a)
    vLow = wrap(64, sum + last)
  }
  x = mix(x, vLow)
  y = mix(y, wLow)
  return [wrap(64, mix(wrap(64, x + vHigh), wHigh) + y), mix(wrap(64, x + wHigh), wrap(64, y + vHigh))]
}

type State = [x: bigint, y: bigint, z: bigint, vLow: bigint, vHigh: bigint, wLow: bigint, wHigh: bigint]

/** 64 bytes a round. Written out, so that no value is ever an object: four times as fast as in smaller functions. */
function rounds(view: DataView, start: number, end: number, state: State): State {
  let [x, y, z, vLow, vHigh, wLow, wHigh] = state
  for (let at = start; at < end; at += 64) {
    x = wrap(64, rotate(wrap(64, wrap(64, x + y) + wrap(64, vLow + word(view, at + 16))), 37n) * k1) ^ wHigh
    y = wrap(64, rotate(wrap(64, wrap(64, y + vHigh) + word(view, at + 48)), 42n) * k1) ^ vLow
    z = rotate(z ^ wLow, 33n)
    const a = wrap(64, wrap(64, vHigh * k1) + word(view, at))
    const b = wrap(64, wrap(64, a + word(view, at + 8)) + word(view, at + 16))
    const c = word(view, at + 24)
    vHigh = wrap(
      64,
      wrap(64, rotate(wrap(64, wrap(64, wrap(64, x + wLow) + a) + c), 21n) + rotate(b, 44n)) + a,
    )
    vLow = wrap(64, b + c)
    const d = wrap(64, wrap(64, z + wHigh) + word(view, at + 32))
    const e = wrap(64, wrap(64, d + word(view, at + 40)) + word(view, at + 48))
    const f = word(view, at + 56)
    wHigh = wrap(64, wrap(64, rotate(wrap(64, wrap(64, y + d) + f), 21n) + rotate(e, 44n)) + d)
    wLow = wrap(64, e + f)
    const last = x
    x = z
    z = last
  }
  return [x, y, z, vLow, vHigh, wLow, wHigh]
}

function mix(u: bigint, v: bigint): bigint {
  const a = wrap(64, (u ^ v) * kMix)
  const b = wrap(64, (v ^ a ^ (a >> 47n)) * kMix)
  return wrap(64, (b ^ (b >> 47n)) * kMix)
}

function shiftMix(value: bigint): bigint {
  return value ^ (value >> 47n)
}

function rotate(value: bigint, by: bigint): bigint {
  return wrap(64, (value >> by) | wrap(64, value << (64n - by)))
}

function word(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true)
}

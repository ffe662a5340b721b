/** Castagnoli's polynomial, its bits reversed. */
const polynomial = 0x82f63b78
const lanes = 8

/** At `lane * 256 + byte`: what a byte adds that stands so many bytes before the last of eight. */
const table = tableOf()

/** CRC-32C (RFC 3720, appendix B.4), what Kafka puts into a record batch; an unsigned number. */
export function crc32c(bytes: Uint8Array): number {
  const words = bytes.length - (bytes.length % lanes)
  let crc = -1
  let i = 0
  for (; i < words; i += lanes) {
    crc =
      entry(7, (crc ^ (bytes[i] as number)) & 0xff) ^
      entry(6, ((crc >>> 8) ^ (bytes[i + 1] as number)) & 0xff) ^
      entry(5, ((crc >>> 16) ^ (bytes[i + 2] as number)) & 0xff) ^
      entry(4, ((crc >>> 24) ^ (bytes[i + 3] as number)) & 0xff) ^
      entry(3, bytes[i + 4] as number) ^
      entry(2, bytes[i + 5] as number) ^
      entry(1, bytes[i + 6] as number) ^
      entry(0, bytes[i + 7] as number)
  }
  for (; i < bytes.length; i++) crc = entry(0, (crc ^ (bytes[i] as number)) & 0xff) ^ (crc >>> 8)
  return ~crc >>> 0
}

function entry(lane: number, byte: number): number {
  return table[lane * 256 + byte] as number
}

function tableOf(): Int32Array {
  const entries = new Int32Array(lanes * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    entries[byte] = crc
  }
  for (let i = 256; i < entries.length; i++) {
    const before = entries[i - 256] as number
    entries[i] = (entries[before & 0xff] as number) ^ (before >>> 8)
  }
  return entries
}

/** A close frame carries at most so many bytes of reason (RFC 6455, 5.5). */
const maxReasonBytes = 123
const ellipsis = Buffer.from('…')

/** The reason as UTF-8 that fits into a close frame; one that is cut ends between two characters, with an ellipsis. */
export function closeReasonOf(reason: string): Buffer {
  const bytes = Buffer.from(reason)
  if (bytes.length <= maxReasonBytes) return bytes
  let end = maxReasonBytes - ellipsis.length
  // 10xxxxxx continues a character.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return Buffer.concat([bytes.subarray(0, end), ellipsis])
}

/** An address or host name of this machine; brackets are understood. */
export function isLoopback(host: string | undefined): boolean {
  if (host === undefined) return false
  const address = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/, '')
  return address === 'localhost' || address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address)
}

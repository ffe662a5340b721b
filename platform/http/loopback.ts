/** An address or host name of this machine; brackets are understood. */
export function isLoopback(host: string | undefined): boolean {
  if (host === undefined) return false
  const address = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/, '')
  return address === 'localhost' || address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address)
}

/** What counts as one sender: an IPv4 address, or the /64 of an IPv6 address, which is what one household gets. */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return ''
  const v4 = address.replace(/^::ffff:(?=\d+\.)/, '')
  if (!v4.includes(':')) return v4
  const [head = '', tail] = v4.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after].slice(0, 4).join(':')
}

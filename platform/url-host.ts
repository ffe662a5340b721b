import { isIPv6 } from 'node:net'

/** How somebody on this machine names what listens there: every address is this machine's own. */
export function urlHostOf(listen: string): string {
  if (listen === '0.0.0.0') return '127.0.0.1'
  if (listen === '::') return '[::1]'
  return isIPv6(listen) ? `[${listen}]` : listen
}

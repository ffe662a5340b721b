import { isLoopback } from './loopback.ts'

/**
 * Whether a page of this origin may open the stream: one served from here, or from this machine.
 * Browsers always send an Origin; other programs send none and are no danger to a signed-in user.
 * @param host the request's Host header
 */
export function originAllowed(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  const { host: from, hostname } = new URL(origin)
  return from === host?.toLowerCase() || isLoopback(hostname)
}

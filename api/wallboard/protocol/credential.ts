import { regionOf } from '../../../schemas/regions/regions.ts'
import { provinceCode } from '../state/catalogue.ts'

/** What a screen shows to be let in. */
export interface Credential {
  readonly token: string
  /** The wall that a kiosk token is bound to. */
  readonly wall?: string
}

/** Where a screen keeps its credential while it is switched off; the browser's `localStorage`. */
export interface Drawer {
  getItem(key: string): string | null
  setItem(key: string, text: string): void
  removeItem(key: string): void
}

const kept = 'citybrain.credential'

/**
 * The credential of this screen: the one in the address (`#token=…&wall=…`, a part that browsers keep to themselves),
 * which is kept for the next start, or the one kept before. An empty `#token=` forgets it.
 */
export function credentialOf(fragment: string, drawer: Drawer): Credential | undefined {
  const said = new URLSearchParams(fragment.replace(/^#/, ''))
  if (!said.has('token')) return parse(drawer.getItem(kept) ?? '')
  const text = new URLSearchParams({
    token: said.get('token') ?? '',
    wall: said.get('wall') ?? '',
  }).toString()
  const credential = parse(text)
  if (credential) drawer.setItem(kept, text)
  else drawer.removeItem(kept)
  return credential
}

/**
 * The regions that a token names, for whoever wants to know what to ask for; the server decides what is given. All of
 * the province where there is no token, or it names everything or cannot be read.
 */
export function regionsOf(credential: Credential | undefined): readonly string[] {
  const codes = credential ? named(credential.token, 'regions') : []
  const known = codes.filter(code => regionOf(code))
  return known.length > 0 && !codes.includes('*') ? known : [provinceCode]
}

/** Whether the token names a role that acts on alerts: others are not offered what they would be refused. */
export function mayActOf(credential: Credential | undefined): boolean {
  const roles = credential ? named(credential.token, 'roles') : []
  return roles.includes('operator') || roles.includes('admin')
}

function named(token: string, claim: 'regions' | 'roles'): readonly string[] {
  try {
    const [, payload = ''] = token.split('.')
    const claims: Readonly<Record<string, unknown>> = JSON.parse(
      atob(payload.replaceAll('-', '+').replaceAll('_', '/')),
    )
    const said = claims[claim]
    return Array.isArray(said) ? said.filter(code => typeof code === 'string') : []
  } catch {
    // Whatever it is, the server says what is wrong with it.
    return []
  }
}

export function headersOf(credential: Credential | undefined): Readonly<Record<string, string>> {
  if (!credential) return {}
  const { token, wall } = credential
  return { authorization: `Bearer ${token}`, ...(wall === undefined ? {} : { 'citybrain-wall': wall }) }
}

function parse(text: string): Credential | undefined {
  const said = new URLSearchParams(text)
  const token = said.get('token')
  const wall = said.get('wall')
  return token ? { token, ...(wall ? { wall } : {}) } : undefined
}

import { CodedError } from '../../platform/errors.ts'
import type { Depth } from '../../schemas/protocol/stream.ts'
import { withAncestors } from '../../schemas/regions/regions.ts'
import type { Role, Viewer } from './viewer.ts'

/** Whether the region, or one above it, was granted. A region that does not exist was granted to nobody. */
export function maySee(viewer: Viewer, region: string): boolean {
  const { regions } = viewer
  return regions === 'all' || withAncestors(region).some(code => regions.includes(code))
}

/** Whether something of these regions lies within what was granted, or above it. */
export function touches(viewer: Viewer, regions: readonly string[]): boolean {
  const { regions: granted } = viewer
  if (granted === 'all') return true
  return regions.some(code => maySee(viewer, code) || granted.some(own => withAncestors(own).includes(code)))
}

/**
 * Refuses a selection as a whole if it holds a region that is not allowed: what is left out silently would look like
 * an answer. A grant reaches down to every county, so what lies below an allowed region is allowed, and what lies
 * below another one is refused with it.
 * @throws CodedError `forbidden_region` naming the first one.
 */
export function requireRegions(
  viewer: Viewer,
  { regions }: { readonly regions: readonly string[]; readonly depth: Depth },
): void {
  const refused = regions.find(code => !maySee(viewer, code))
  if (refused === undefined) return
  throw new CodedError('forbidden_region', `${viewer.name} may not see region ${JSON.stringify(refused)}`, {
    hint: 'ask for regions that your token names, or for a token that names this one',
  })
}

/** An admin may do what any other may. @throws CodedError `forbidden_role`. */
export function requireRole(viewer: Viewer, role: Role): void {
  if (viewer.roles.includes(role) || viewer.roles.includes('admin')) return
  throw new CodedError('forbidden_role', `${viewer.name} is not ${role}`, {
    hint: `this takes a token with the role ${role}`,
  })
}

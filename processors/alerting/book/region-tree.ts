import { levels, regions, withAncestors } from '../../../schemas/regions/regions.ts'

const chains = new Map(regions.map(({ code }) => [code, withAncestors(code)]))
const heights = new Map(regions.map(({ code, level }) => [code, levels.indexOf(level)]))
const subtrees = new Map(regions.map(({ code }) => [code, [] as string[]]))
for (const [code, chain] of chains) for (const ancestor of chain) subtrees.get(ancestor)?.push(code)

/** The region and everything above it. */
export function chainOf(region: string): readonly string[] {
  return chains.get(region) ?? [region]
}

/** The region and everything below it. */
export function subtree(region: string): readonly string[] {
  return subtrees.get(region) ?? [region]
}

/** 0 for a county, more for what lies above. */
export function heightOf(region: string): number {
  return heights.get(region) ?? 0
}

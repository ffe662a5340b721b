import type { Cast } from '../system/cast.ts'
import type { Member } from '../system/member.ts'

/** Whom a fault happens to. */
export interface Target {
  /** For people. */
  readonly name: string
  /** Processes that it happens to. */
  readonly members: readonly string[]
  /** While it lasts, nothing else happens to whoever needs one of these; the members are always among them. */
  readonly claims?: readonly string[]
}

/** What faults can do things to. */
export interface Scene {
  member(name: string): Member
  setClockAhead(gateway: number, ms: number): void
  /** Takes all room on the disk of a member's data, for as long as it is not relieved: what others give back too. */
  fillDisk(name: string): Promise<void>
  /** Makes room again; resolves when the member is ready. @throws Error when that takes too long */
  relieveDisk(name: string): Promise<void>
  /** Removes all data of a member that does not run. */
  emptyData(name: string): Promise<void>
  /** Resolves when every broker has a copy of everything again. @throws Error when that takes too long */
  untilInSync(): Promise<void>
}

/** One kind of fault: a row of data. */
export interface FaultKind {
  readonly name: string
  /** How often, relative to the others. */
  readonly weight: number
  /** Shortest and longest, s; both 0 for what is over at once. */
  readonly seconds: readonly [number, number]
  /** How long afterwards the claimed are left alone, s. */
  readonly restS: number
  readonly targets: (cast: Cast) => readonly Target[]
  readonly begin: (scene: Scene, target: Target) => Promise<void>
  readonly end: (scene: Scene, target: Target) => Promise<void>
}

/** When what happens to whom, as drawn. */
export interface PlannedFault {
  readonly kind: FaultKind
  readonly target: Target
  /** From the start of the load, ms. */
  readonly atMs: number
  readonly durationMs: number
}

export function claimsOf({ members, claims = [] }: Target): readonly string[] {
  return [...members, ...claims]
}

/** Targets of one process each. */
export function oneByOne(members: Iterable<string>): readonly Target[] {
  return [...members].map(name => ({ name, members: [name] }))
}

export const membersOf = (scene: Scene, target: Target): readonly Member[] =>
  target.members.map(name => scene.member(name))

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CensusWorld, type Instance, minute, type PausePoint, settleMs } from './census-world.ts'

const lixia = '370102'
const shinan = '370202'
/** The regions that hold them, and one that holds neither. */
const within: Readonly<Record<string, readonly string[]>> = {
  [lixia]: [lixia],
  370100: [lixia],
  [shinan]: [shinan],
  370200: [shinan],
  'circle-jiaodong': [shinan],
  370000: [lixia, shinan],
  370300: [],
}

/** What happens next, and who takes notice of it. */
interface Step {
  readonly event:
    | { readonly send: readonly { site: number; county: string; ago: number; critical: boolean }[] }
    | { readonly passMs: number }
    | { readonly wakeUp: number }
    | { readonly restart: number }
    /** It wakes up, says what it was about to say, and is never heard of again, unless it is the only one. */
    | { readonly lastWords: number }
    | 'nothing'
  /** Partitions that are archived; 2 is kpi.regional. */
  readonly archive: readonly number[]
  readonly looks: readonly { instance: number; pauseAt?: PausePoint | undefined }[]
}

const instance = fc.nat(1)
const report = fc.record({
  site: fc.nat(1),
  county: fc.constantFrom(lixia, shinan),
  ago: fc.oneof(fc.nat(3_000), fc.nat(6 * minute)),
  critical: fc.boolean(),
})
const send = fc.record({ send: fc.array(report, { minLength: 1, maxLength: 2 }) })
const pass = fc.record({ passMs: fc.oneof(fc.nat(9_000), fc.nat(9_000), fc.nat(3 * minute)) })
const restart = fc.record({ restart: instance })
const wakeUp = fc.record({ wakeUp: instance })
const lastWords = fc.record({ lastWords: instance })
const pauseAt = fc.constantFrom(undefined, undefined, 'query' as const, 'publish' as const)

function steps(events: readonly fc.Arbitrary<Step['event']>[], look: fc.Arbitrary<Step['looks'][number]>) {
  const step = fc.record({
    event: fc.oneof(...events, fc.constant('nothing' as const)),
    archive: fc.subarray([0, 1, 2]),
    looks: fc.array(look, { maxLength: 3 }),
  })
  return fc.array(step, { maxLength: 40 })
}

async function run(world: CensusWorld, history: readonly Step[]): Promise<void> {
  const { instances } = world
  const of = (index: number): Instance => instances[index % instances.length]!
  for (const { event, archive, looks } of history) {
    if (event !== 'nothing') {
      if ('send' in event)
        for (const { ago, ...rest } of event.send) world.send({ ...rest, time: world.now - ago })
      if ('passMs' in event) world.now += event.passMs
      if ('wakeUp' in event) await of(event.wakeUp).wakeUp()
      if ('restart' in event) {
        of(event.restart).kill()
        instances[event.restart % instances.length] = world.instance()
      }
      if ('lastWords' in event && instances.length > 1) {
        await of(event.lastWords).wakeUp()
        instances.splice(event.lastWords, 1)
      }
    }
    for (const partition of archive) partition === 2 ? world.archiveRegional() : world.archive(partition)
    for (const look of looks) {
      of(look.instance).pauseAt ??= look.pauseAt
      await of(look.instance).look()
    }
  }
}

/** Everybody wakes up, everything is archived, and everybody looks until nothing is left to do. */
async function settle(world: CensusWorld): Promise<void> {
  for (const one of world.instances) {
    await one.wakeUp()
  }
  world.now += minute
  for (let round = 0; round < 1_000; round += 1) {
    world.archive(0)
    world.archive(1)
    world.archiveRegional()
    const busy = await Promise.all(world.instances.map(one => one.look()))
    if (busy.includes(true)) continue
    if (world.instances.every(({ waiting }) => waiting === 0)) return
    world.now += 1_000
  }
  throw new Error('does not come to an end')
}

/** Every stored value is what a batch computation over everything ever sent gives, and no window is left out. */
function check(world: CensusWorld): void {
  const { windows } = world
  const first = windows[0]!
  const last = Math.floor(world.now / minute) * minute - minute
  expect(windows).toEqual(Array.from({ length: (last - first) / minute + 1 }, (_, i) => first + i * minute))
  const differences = windows.flatMap(start => {
    const batch = world.batch(start + minute)
    return Object.entries(within).flatMap(([region, counties]) => {
      const found = counties.flatMap(county => batch.get(county) ?? [])
      const active = found.reduce((sum, { measures }) => sum + (measures[0] ?? 0), 0)
      const readings = found.reduce((sum, county) => sum + county.readings, 0)
      const is = world.storedOf(start, region)
      const same = is?.measures[0] === active && is.readings === readings
      return same ? [] : [{ start, region, is: [is?.measures, is?.readings], should: [active, readings] }]
    })
  })
  expect(differences).toEqual([])
}

const runs = { numRuns: 200 }
const patience = { timeout: 120_000 }

it(
  'ends with the batch value of every window, whatever comes late and whenever it starts again',
  patience,
  async () => {
    const histories = steps([send, pass, restart], fc.constant({ instance: 0 }))
    await fc.assert(
      fc.asyncProperty(histories, async history => {
        const world = new CensusWorld()
        world.instances.push(world.instance())
        await run(world, history)
        await settle(world)
        check(world)
        checkRevisions(world)
      }),
      runs,
    )
  },
)

it(
  'ends with the same values when two run at once, and sleep and wake up at any time',
  patience,
  async () => {
    const histories = steps(
      [send, send, pass, pass, wakeUp, restart, lastWords],
      fc.record({ instance, pauseAt }),
    )
    await fc.assert(
      fc.asyncProperty(histories, async history => {
        const world = new CensusWorld()
        world.instances.push(world.instance())
        // The census was taken before, so that whoever joins knows where it began.
        await settle(world)
        world.instances.push(world.instance())
        await run(world, history)
        await settle(world)
        check(world)
      }),
      runs,
    )
  },
)

/** One process numbers the revisions of a region 1, 2, 3, ..., and each says how many readings it has more. */
function checkRevisions({ regional }: CensusWorld): void {
  const byCell = Map.groupBy(regional, ({ region, window_start }) => `${region}|${window_start}`)
  const wrong = [...byCell.values()].filter(revisions =>
    revisions.some((message, i) => {
      const before = revisions[i - 1]
      const first = before === undefined
      return (
        message.revision !== i + 1 ||
        message.status !== (first ? 'final' : 'corrected') ||
        message.reason !== (first ? null : 'late') ||
        message.late_readings !== (first ? 0 : message.readings - before.readings) ||
        message.version <= (before?.version ?? 0)
      )
    }),
  )
  expect(wrong).toEqual([])
}

describe('of two, one that slept', () => {
  /** Two instances that agree on everything so far; a critical alarm comes late, and the first one stops over it. */
  async function asleep(pauseAt: PausePoint) {
    const world = new CensusWorld()
    const sleeper = world.instance()
    world.instances.push(sleeper)
    await settle(world)
    const other = world.instance()
    world.instances.push(other)
    await settle(world)
    const time = Math.floor(world.now / minute) * minute - 2
    const report = (ms: number, critical: boolean): void => {
      world.send({ site: 0, county: lixia, time: time + ms, critical })
      world.archive(0)
    }
    report(0, true)
    await sleeper.look()
    world.now += settleMs
    world.archiveRegional()
    sleeper.pauseAt = pauseAt
    await sleeper.look()
    return { world, sleeper, other, report }
  }

  it.each(['query', 'publish'] as const)(
    'before the %s does not undo what the other has said',
    async pauseAt => {
      const { world, sleeper, other, report } = await asleep(pauseAt)
      report(1, false)
      await other.look()
      world.now += settleMs
      await other.look()
      // The value is what it was before the alarm: the other one has to say so all the same.
      await sleeper.wakeUp()
      world.instances.shift()
      await settle(world)
      check(world)
    },
  )
})

it('makes no revision from what was stored before the last one', async () => {
  const world = new CensusWorld()
  const before = world.instance()
  world.instances.push(before)
  await settle(world)
  world.now += 3 * minute
  const instance = world.instance()
  world.instances.splice(0, 1, instance)
  // The newest window, and two that nobody has computed, for which it waits until what was said is stored.
  expect(await instance.look()).toBe(true)
  expect(await instance.look()).toBe(true)
  const saidBefore = world.regional.length
  world.now += minute
  expect(await instance.look()).toBe(true)
  expect(world.regional.length).toBeGreaterThan(saidBefore)
  // Something comes late for the window that was said last, and that is not stored yet.
  world.send({ site: 0, county: lixia, time: Math.floor(world.now / minute) * minute - 1, critical: true })
  world.archive(0)
  await instance.look()
  world.now += settleMs
  world.archiveRegional(saidBefore)
  await instance.look()
  await settle(world)
  check(world)
  checkRevisions(world)
})

it('gives older windows their turn when windows end faster than they are computed', async () => {
  const world = new CensusWorld()
  const instance = world.instance()
  world.instances.push(instance)
  await settle(world)
  world.now += 30 * minute
  for (let turn = 0; turn < 30; turn += 1) {
    await instance.look()
    world.archiveRegional()
    world.now += minute
  }
  expect(instance.waiting).toBeLessThan(3)
})

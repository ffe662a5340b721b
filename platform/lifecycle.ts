import { messageOf } from './errors.ts'
import type { Log } from './log.ts'

/** Something that is started once and stopped once; both may be called again without harm. */
export interface Resource {
  readonly name: string
  start(): Promise<void>
  stop(): Promise<void>
}

/** Resources that need nothing of one another, as one: they are started at once and stopped at once. */
export function together(name: string, resources: readonly Resource[]): Resource {
  return {
    name,
    start: async () => {
      await Promise.all(resources.map(resource => resource.start()))
    },
    stop: async () => {
      await Promise.all(resources.map(resource => resource.stop()))
    },
  }
}

/** Starts resources in order and stops those that were started in reverse order. */
export class Lifecycle {
  private readonly started: Resource[] = []
  private readonly log: Log

  private readonly stopWithinMs: number

  /** Name of the resource that is being started, if one is. */
  starting: string | undefined

  /** @param stopWithinMs a resource that takes longer to stop, because what it talks to is gone, is left behind */
  constructor(log: Log, stopWithinMs = 10_000) {
    this.log = log
    this.stopWithinMs = stopWithinMs
  }

  async start(resources: readonly Resource[]): Promise<void> {
    for (const resource of resources) {
      this.log.debug({ resource: resource.name }, 'starting')
      // Listed before it is started, so that a half-started resource is stopped too.
      this.started.push(resource)
      this.starting = resource.name
      await resource.start()
      this.starting = undefined
    }
  }

  async stop(): Promise<void> {
    for (;;) {
      const resource = this.started.pop()
      if (!resource) return
      try {
        await within(this.stopWithinMs, resource.stop())
        this.log.debug({ resource: resource.name }, 'stopped')
      } catch (error) {
        this.log.error({ resource: resource.name, reason: messageOf(error) }, 'stop failed')
      }
    }
  }
}

async function within(ms: number, done: Promise<void>): Promise<void> {
  const tooLong = Promise.withResolvers<never>()
  const timer = setTimeout(() => tooLong.reject(new Error(`not stopped within ${ms} ms`)), ms)
  try {
    await Promise.race([done, tooLong.promise])
  } finally {
    clearTimeout(timer)
  }
}

import type {} from 'vitest'
import type { TestProject } from 'vitest/node'
import { serveBrowser } from './browser.ts'
import { buildWallboard } from './built-wallboard.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The wallboard as it is in the tree now, built. */
    wallboardDir: string
    /** What a test connects to; see `WatchedPage`. */
    browserEndpoint: string
  }
}

/** The wallboard built, and a Chromium started, once for all browser tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const built = await buildWallboard()
  try {
    const browser = await serveBrowser()
    project.provide('wallboardDir', built.dir)
    project.provide('browserEndpoint', browser.wsEndpoint())
    return async () => {
      await browser.close()
      await built.remove()
    }
  } catch (error) {
    await built.remove()
    throw error
  }
}

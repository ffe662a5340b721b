import { createRequire } from 'node:module'
import type { OffsetManagerClass } from './kafkajs-internals.ts'

const require = createRequire(import.meta.url)
const path = 'kafkajs/src/consumer/offsetManager/index.js'

/**
 * Makes a consumer of kafkajs commit where its group's coordinator is now. A member that joins while the coordinator has
 * just moved, and still loads the group, is refused; kafkajs 2.2.4 then goes on as the member it was before: it fetches,
 * its heartbeats go to the new coordinator, and its commits to the old one, which refuses them for ever
 * (src/consumer/runner.js, offsetManager/index.js).
 */
export function followCoordinator(OffsetManager: OffsetManagerClass = require(path)): void {
  const { commitOffsets } = OffsetManager.prototype
  OffsetManager.prototype.commitOffsets = async function (offsets) {
    try {
      await commitOffsets.call(this, offsets)
    } catch (error) {
      if (!hasMoved(error)) throw error
      this.coordinator = await this.cluster.findGroupCoordinator({ groupId: this.groupId })
      await commitOffsets.call(this, offsets)
    }
  }
}

function hasMoved(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'NOT_COORDINATOR_FOR_GROUP'
}

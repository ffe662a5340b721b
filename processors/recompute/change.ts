import { measureSets } from '../../schemas/measures/measures.ts'
import { type Difference, differences, storedOf } from '../correct/differences.ts'
import type { StoredRegion, WindowToCorrect } from '../correct/window-to-correct.ts'
import type { RegionalMessage } from '../regional/regional-message.ts'

/** A region whose stored values are not what comes out. */
export interface Change {
  readonly message: RegionalMessage
  readonly differences: readonly Difference[]
  /** Undefined where the region was never published for this window. */
  readonly stored: StoredRegion | undefined
}

export function changeOf(message: RegionalMessage, window: WindowToCorrect): Change {
  return {
    message,
    differences: differences(message, window, measureSets[window.record].measures),
    stored: storedOf(window, message.region),
  }
}

/** Whether nothing of the window was ever published. */
export function isUnpublished({ counties, regions }: WindowToCorrect): boolean {
  return counties.size === 0 && regions.size === 0
}

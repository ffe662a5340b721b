import { type Staleness, stalenessOf } from '../../state/trust/staleness.ts'
import { useShared } from '../wall-context.ts'

/** Whether what is on the screen may not be taken for current. */
export function useStale(): Staleness | null {
  return stalenessOf(useShared().wall.pulse.value)
}

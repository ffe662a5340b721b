import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { isAmount } from './axis.ts'

/**
 * The direction that colours judge by. A city with few sites or spaces is small, not bad: amounts of which more is
 * better are shown from little to much. Of alarms and defects, less is better whatever the size.
 */
export function judgedBy(kpi: Kpi): Kpi['good'] {
  return kpi.good === 'up' && isAmount(kpi) ? 'none' : kpi.good
}

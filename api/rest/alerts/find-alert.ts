import { CodedError } from '../../../platform/errors.ts'
import type { Alert } from '../../../schemas/alerts/alert.ts'
import { maySee } from '../../access/permissions.ts'
import type { Viewer } from '../../access/viewer.ts'
import { readAlert } from '../../history/alerts/read-alerts.ts'
import type { Sources } from '../sources.ts'

/** The problems of looking for one. */
export const findProblems = ['alert_not_found', 'history_unavailable', 'history_timeout'] as const

/**
 * The alert of this id, from memory or, if it is over for long, as it is stored. One that the viewer may not see is not
 * found: another answer would say that it is there.
 * @throws CodedError `alert_not_found`, `history_unavailable` or `history_timeout`.
 */
export async function findAlert(sources: Sources, viewer: Viewer, id: string): Promise<Alert> {
  const alert = sources.desk.alerts.get(id) ?? (await readAlert(sources, id))
  if (alert && maySee(viewer, alert.region)) return alert
  throw new CodedError('alert_not_found', `there is no alert ${JSON.stringify(id)} that you may see`, {
    hint: 'GET /v1/alerts lists them',
  })
}

import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { actRoutes } from './act-routes.ts'
import { alertRoute } from './alert-route.ts'
import { alertsAtRoute } from './alerts-at-route.ts'
import { alertsRoute } from './alerts-route.ts'
import { handOverRoute } from './hand-over-route.ts'
import { rulesRoute } from './rules-route.ts'
import { silenceRoutes } from './silence-routes.ts'

/** What demands somebody, and what people do about it. */
export function alertRoutes(api: Api, sources: Sources): void {
  alertsRoute(api, sources)
  alertsAtRoute(api, sources)
  alertRoute(api, sources)
  actRoutes(api, sources)
  silenceRoutes(api, sources)
  rulesRoute(api, sources)
  handOverRoute(api, sources)
}

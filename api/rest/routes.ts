import type { Api } from '../server/type-provider.ts'
import { alarmsRoute } from './alarms/alarms-route.ts'
import { alertRoutes } from './alerts/alert-routes.ts'
import { dataHealthRoute } from './data-health-route.ts'
import { exportRoute } from './export/export-route.ts'
import { exportStateRoute } from './export/export-state-route.ts'
import { kioskRoutes } from './kiosks/kiosk-routes.ts'
import { kpisRoute } from './kpis-route.ts'
import { latestRoute } from './latest-route.ts'
import { atRoute } from './past/at-route.ts'
import { correctionsRoute } from './past/corrections-route.ts'
import { lineageRoute } from './provenance/lineage-route.ts'
import { revisionsRoute } from './provenance/revisions-route.ts'
import { regionsRoute } from './regions-route.ts'
import { seriesRoute } from './series-route.ts'
import { silentAssetsRoute } from './silent-assets-route.ts'
import type { Sources } from './sources.ts'
import { streamRoute } from './stream-route.ts'
import { suspectsRoute } from './suspects-route.ts'

/** Everything below `/v1`. */
export function routes(api: Api, sources: Sources): void {
  regionsRoute(api)
  kpisRoute(api)
  latestRoute(api, sources)
  atRoute(api, sources)
  seriesRoute(api, sources)
  correctionsRoute(api, sources)
  revisionsRoute(api, sources)
  lineageRoute(api, sources)
  exportRoute(api, sources)
  exportStateRoute(api, sources)
  streamRoute(api)
  dataHealthRoute(api, sources)
  silentAssetsRoute(api, sources)
  suspectsRoute(api, sources)
  kioskRoutes(api, sources)
  alertRoutes(api, sources)
  alarmsRoute(api, sources)
}

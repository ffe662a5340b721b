import { useEffect, useState } from 'preact/hooks'
import type { AlertDetail } from '../../protocol/parse-alerts.ts'
import { isRefused, type Refused } from '../../protocol/rest-client.ts'
import { useShared } from '../wall-context.ts'

export type Detail =
  | { readonly kind: 'asking' }
  | ({ readonly kind: 'found' } & AlertDetail)
  | ({ readonly kind: 'refused' } & Refused)

/** An alert with its history, asked for again whenever the stream tells a new version of it. */
export function useDetail(id: string): Detail {
  const { wall, desk } = useShared()
  const [detail, keep] = useState<Detail>({ kind: 'asking' })
  const version = wall.alerts.value.find(({ alert_id }) => alert_id === id)?.version
  useEffect(() => {
    let isHere = true
    void desk.alert(id).then(answer => {
      if (!isHere) return
      keep(before => {
        if (!isRefused(answer)) return { kind: 'found', ...answer }
        // What was found before is better than nothing; the stream goes on telling how it stands.
        return before.kind === 'found' ? before : { kind: 'refused', ...answer }
      })
    })
    return () => {
      isHere = false
    }
  }, [desk, id, version])
  return detail
}

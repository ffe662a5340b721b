import { lazily } from '../lazily.tsx'
import { useShared } from '../wall-context.ts'

const AlertPanel = lazily(async () => (await import('./alert-panel.tsx')).AlertPanel)

/** The alert of the address, over the screen. */
export function AlertLayer() {
  const { alert } = useShared().navigation.route.value
  return alert === null ? null : <AlertPanel key={alert} id={alert} />
}

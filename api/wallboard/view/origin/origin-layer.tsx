import { lazily } from '../lazily.tsx'
import { useShared } from '../wall-context.ts'
import { useAsking } from './use-asking.ts'

const OriginPanel = lazily(async () => (await import('./origin-panel.tsx')).OriginPanel)

/** Over the screen, the panel that says where a value comes from, while the address names one. */
export function OriginLayer() {
  useAsking()
  const { origin } = useShared().navigation.route.value
  return origin && <OriginPanel origin={origin} />
}

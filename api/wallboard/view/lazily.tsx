import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/**
 * A component whose code is fetched when it is first shown: what a wall does not show does not delay its first paint.
 * Nothing is shown meanwhile; a fetch that failed is tried again when it is shown the next time.
 */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loading: Promise<ComponentType<P>> | undefined
  let loaded: ComponentType<P> | undefined
  return function Lazy(props: P) {
    const [, show] = useState(loaded !== undefined)
    useEffect(() => {
      if (loaded) return
      loading ??= load()
      loading.then(
        component => {
          loaded = component
          show(true)
        },
        () => {
          loading = undefined
        },
      )
    }, [])
    const Component = loaded
    return Component ? <Component {...props} /> : null
  }
}

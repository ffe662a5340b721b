import { useEffect } from 'preact/hooks'
import { useShared } from '../wall-context.ts'

/** Keys that work on every screen: Esc goes up, `/` searches. */
export function useKeys(onSearch: () => void): void {
  const { navigation } = useShared()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (event.key === 'Escape') navigation.up()
      else if (event.key === '/') onSearch()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigation, onSearch])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select')
}

import { useEffect } from 'preact/hooks'
import { useShared } from '../wall-context.ts'
import { valueAt } from './asked-value.ts'

/** A click on a value, or `?` on the focused one, asks where it comes from; `?` alone asks for the chosen KPI. */
export function useAsking(): void {
  const { navigation } = useShared()
  useEffect(() => {
    const ask = (target: EventTarget | null): boolean => {
      const { kpi } = navigation.route.value
      const value = target instanceof Element ? valueAt(target, kpi) : null
      if (value) navigation.openOrigin(value.kpi, value.region, value.windowStart)
      return value !== null
    }
    const onClick = (event: MouseEvent): void => {
      const { target } = event
      if (!(target instanceof Element) || !target.closest('[data-asks]') || !ask(target)) return
      // What lies around the value leads elsewhere.
      event.stopPropagation()
      event.preventDefault()
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '?' || isWriting(event.target)) return
      event.preventDefault()
      if (ask(document.activeElement)) return
      const { kpi, region } = navigation.route.value
      ask(placeOf(kpi, region))
    }
    document.addEventListener('click', onClick, { capture: true })
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('click', onClick, { capture: true })
      document.removeEventListener('keydown', onKey)
    }
  }, [navigation])
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && ['text', 'search'].includes(target.type))
  )
}

function placeOf(kpi: string, region: string): Element {
  const place = document.createElement('i')
  place.dataset.kpi = kpi
  place.dataset.region = region
  return place
}

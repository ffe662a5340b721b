import { screenOf, screens } from '../screens/screens.ts'
import { useShared, useWords } from '../wall-context.ts'

/** Links to every screen; the region, the KPI and the language go along. */
export function ScreenLinks() {
  const { navigation } = useShared()
  const { t } = useWords()
  const here = screenOf(navigation.route.value.screen).id
  return (
    <nav class="screens" aria-label={t.screensLabel} data-testid="screens">
      {screens.map(({ id }) => (
        <a
          key={id}
          href={navigation.addressOf({ screen: id })}
          aria-current={id === here ? 'page' : undefined}
          data-screen={id}
          onClick={event => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return
            event.preventDefault()
            navigation.go({ screen: id, origin: null, alert: null })
          }}
        >
          {t.screens[id]}
        </a>
      ))}
    </nav>
  )
}

import { useEffect } from 'preact/hooks'
import { locales } from '../text/language.ts'
import { Banner, bannerAfterMs } from './header/banner.tsx'
import { Header } from './header/header.tsx'
import { OriginLayer } from './origin/origin-layer.tsx'
import { screenOf } from './screens/screens.ts'
import { useShared, useWords } from './wall-context.ts'

/** Header, banner and the screen of the address; what may lie over it, such as the origin panel, comes last. */
export function App() {
  const { wall, navigation } = useShared()
  const { language, t } = useWords()
  const { lostForMs } = wall.pulse.value
  const { id, component: Screen } = screenOf(navigation.route.value.screen)
  useEffect(() => {
    document.documentElement.lang = locales[language]
    document.title = `${t.screens[id]} · ${t.title}`
  }, [language, t, id])
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') navigation.up()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigation])
  return (
    <div class="wall" data-screen={id} data-lost={lostForMs !== null && lostForMs >= bannerAfterMs}>
      <Header />
      <Banner />
      <Screen key={id} />
      <OriginLayer />
    </div>
  )
}

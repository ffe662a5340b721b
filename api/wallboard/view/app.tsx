import { useCallback, useEffect, useState } from 'preact/hooks'
import { locales } from '../text/language.ts'
import { AlertLayer } from './alerts/alert-layer.tsx'
import { Banner } from './header/banner.tsx'
import { Header } from './header/header.tsx'
import { SearchDialog } from './header/search-dialog.tsx'
import { useKeys } from './hooks/use-keys.ts'
import { useKiosk } from './hooks/use-kiosk.ts'
import { useStale } from './hooks/use-stale.ts'
import { OriginLayer } from './origin/origin-layer.tsx'
import { screenOf } from './screens/screens.ts'
import { useShared, useWords } from './wall-context.ts'

/** Header, banner and the screen of the address; what may lie over it, such as the origin panel, comes last. */
export function App() {
  const { navigation } = useShared()
  const { language, t } = useWords()
  const stale = useStale()
  const { id, component: Screen } = screenOf(navigation.route.value.screen)
  const [isSearching, search] = useState(false)
  useEffect(() => {
    document.documentElement.lang = locales[language]
    document.title = `${t.screens[id]} · ${t.title}`
  }, [language, t, id])
  useKeys(useCallback(() => search(true), []))
  useKiosk()
  return (
    <div class="wall" data-screen={id} data-lost={stale !== null} data-stale={stale?.why ?? ''}>
      <Header onSearch={() => search(true)} />
      <Banner />
      <Screen key={id} />
      <OriginLayer />
      <AlertLayer />
      {isSearching && <SearchDialog onDone={() => search(false)} />}
    </div>
  )
}

import { Fragment } from 'preact'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { regionAbove } from '../../state/catalogue.ts'
import { nameIn } from '../../text/language.ts'
import { useSelection, useShared, useWords } from '../wall-context.ts'

/** Province › city › county; all but the last lead back, as far as they may be seen. */
export function Breadcrumb() {
  const { wall, navigation } = useShared()
  const { language } = useWords()
  const { region } = useSelection()
  const path = pathTo(region)
  return (
    <nav class="breadcrumb" data-testid="breadcrumb">
      {path.map((step, i) => (
        <Fragment key={step.code}>
          {i > 0 && <span class="breadcrumb-sep">›</span>}
          {i === path.length - 1 ? (
            <h1 data-testid="region-name">{nameIn(step, language)}</h1>
          ) : (
            <button
              type="button"
              disabled={!wall.sees(step.code)}
              data-region={step.code}
              onClick={() => navigation.go({ region: step.code })}
            >
              {nameIn(step, language)}
            </button>
          )}
        </Fragment>
      ))}
    </nav>
  )
}

function pathTo(region: Region): readonly Region[] {
  const above = regionAbove(region)
  return [...(above ? pathTo(above) : []), region]
}

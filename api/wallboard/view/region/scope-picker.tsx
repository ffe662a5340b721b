import { childrenOf, type Region, regionOf } from '../../../../schemas/regions/regions.ts'
import { provinceCode } from '../../state/catalogue.ts'
import { nameIn } from '../../text/language.ts'
import { useSelection, useShared, useWords } from '../wall-context.ts'

/** The province or one of its economic circles; in a city the way back. */
export function ScopePicker() {
  const { wall, navigation } = useShared()
  const { language, t } = useWords()
  const { region } = useSelection()
  if (region.level === 'city' || region.level === 'county') {
    if (region.code === wall.home) return null
    return (
      <button type="button" class="up" data-testid="up" onClick={() => navigation.up()}>
        ← {t.back} <kbd>Esc</kbd>
      </button>
    )
  }
  const province = regionOf(provinceCode)
  const all = province ? [province, ...childrenOf(provinceCode)] : []
  const choices = all.filter(({ code }) => wall.sees(code))
  const nameOf = (choice: Region): string => {
    if (choice.level === 'province') return t.wholeProvince
    return nameIn(choice, language).replace(/经济圈$| circle$/, '')
  }
  return (
    <div class="scopes">
      {choices.map(choice => (
        <button
          key={choice.code}
          type="button"
          aria-pressed={choice.code === region.code}
          data-region={choice.code}
          onClick={() => navigation.go({ region: choice.code })}
        >
          {nameOf(choice)}
        </button>
      ))}
    </div>
  )
}

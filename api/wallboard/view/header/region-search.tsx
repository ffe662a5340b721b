import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { cityOf } from '../../state/catalogue.ts'
import { findRegions } from '../../state/compare/find-regions.ts'
import { nameIn, shortNameIn } from '../../text/language.ts'
import { useShared, useWords } from '../wall-context.ts'

const limit = 8

interface Props {
  /** Called when a region was chosen or the search given up. */
  readonly onDone?: () => void
  readonly autofocus?: boolean
}

/** Finds a region by name or code; arrows choose, Enter goes there, Esc gives up. */
export function RegionSearch({ onDone, autofocus = false }: Props) {
  const { wall, navigation } = useShared()
  const { language, t } = useWords()
  const [text, type] = useState('')
  const [at, move] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  // Before the screen is drawn: what is typed right after the key that opens it belongs here.
  useLayoutEffect(() => {
    if (autofocus) input.current?.focus()
  }, [autofocus])
  const find = (wanted: string): readonly Region[] => findRegions(wanted, { sees: wall.sees, limit })
  const found = find(text)
  const open = (region: Region | undefined): void => {
    if (!region) return
    navigation.go({ region: region.code, origin: null })
    type('')
    onDone?.()
  }
  const onKey = (event: KeyboardEvent & { readonly currentTarget: HTMLInputElement }): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) move((at + step + found.length) % Math.max(1, found.length))
    // What was typed in the same moment is not drawn yet.
    else if (event.key === 'Enter') open(find(event.currentTarget.value)[at])
    else if (event.key === 'Escape') {
      type('')
      onDone?.()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class="search" data-testid="search">
      <input
        ref={input}
        type="search"
        value={text}
        placeholder={t.searchRegion}
        aria-label={t.searchRegion}
        onInput={event => {
          type(event.currentTarget.value)
          move(0)
        }}
        onKeyDown={onKey}
      />
      <ul>
        {found.map((region, i) => {
          const city = region.level === 'county' ? cityOf(region) : undefined
          return (
            <li key={region.code} aria-current={i === at}>
              <button type="button" data-region={region.code} onClick={() => open(region)}>
                <span>{nameIn(region, language)}</span>
                <small>
                  {city ? `${shortNameIn(city, language)} · ` : ''}
                  {region.code}
                </small>
              </button>
            </li>
          )
        })}
      </ul>
      {text.trim() !== '' && found.length === 0 && <p class="quiet">{t.nothingFound}</p>}
    </div>
  )
}

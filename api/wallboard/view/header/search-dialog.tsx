import { useWords } from '../wall-context.ts'
import { RegionSearch } from './region-search.tsx'

/** The search over the screen, opened by `/`. */
export function SearchDialog({ onDone }: { readonly onDone: () => void }) {
  const { t } = useWords()
  return (
    <div
      class="overlay"
      role="dialog"
      aria-modal="true"
      aria-label={t.searchRegion}
      data-testid="search-dialog"
    >
      <button type="button" class="overlay-back" aria-label={t.close} tabIndex={-1} onClick={onDone} />
      <div class="overlay-box">
        <RegionSearch onDone={onDone} autofocus />
      </div>
    </div>
  )
}

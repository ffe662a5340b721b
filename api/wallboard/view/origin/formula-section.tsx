import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { Lineage, Term } from '../../protocol/parse-lineage.ts'
import { totalOf } from '../../state/contributions.ts'
import { showExact, showUnit } from '../../text/format-number.ts'
import { originTexts } from '../../text/origin-texts.ts'
import { useWords } from '../wall-context.ts'

/** The formula with this region's numbers in it. */
export function FormulaSection({ kpi, lineage }: { readonly kpi: Kpi; readonly lineage: Lineage }) {
  const { language } = useWords()
  const t = originTexts[language]
  const { formula, cell } = lineage
  return (
    <section class="origin-section" data-testid="origin-formula">
      <h3>{t.formula}</h3>
      <div class="formula">
        {formula.scale !== 1 && <span>{showExact(formula.scale, language)} ×</span>}
        {formula.factors.map(({ numerator, denominator }, i) => (
          <span class="formula-factor" key={`${numerator.term}/${denominator.term}`}>
            {i > 0 && <span>×</span>}
            <span class="fraction">
              <Filled lineage={lineage} term={numerator} testid="numerator" />
              {denominator.term !== '1' && (
                <Filled lineage={lineage} term={denominator} testid="denominator" />
              )}
            </span>
          </span>
        ))}
        <span>=</span>
        <b data-testid="origin-result" data-value={cell.value ?? ''}>
          {cell.value === null ? '–' : showExact(Number(cell.value.toFixed(kpi.decimals + 1)), language)}
          <small> {showUnit(kpi.unit)}</small>
        </b>
      </div>
    </section>
  )
}

function Filled({
  lineage,
  term,
  testid,
}: {
  readonly lineage: Lineage
  readonly term: Term
  readonly testid: string
}) {
  const { language } = useWords()
  const number = totalOf(lineage, term)
  return (
    <span class="fraction-part" title={term.words}>
      <b data-testid={testid} data-value={number ?? ''}>
        {number === undefined ? '–' : showExact(number, language)}
      </b>{' '}
      {term.kind !== 'constant' && (
        <small>
          {term.term}
          {term.unit && term.unit !== '1' && !term.term.includes(term.unit) ? ` (${term.unit})` : ''}
        </small>
      )}
    </span>
  )
}

import { regionOf } from '../../../../schemas/regions/regions.ts'
import type { Lineage } from '../../protocol/parse-lineage.ts'
import { showExact } from '../../text/format-number.ts'
import { showClock } from '../../text/format-time.ts'
import { originTexts } from '../../text/origin-texts.ts'
import { useWords } from '../wall-context.ts'

interface Props {
  readonly lineage: Lineage
  readonly lateReadings: number
  readonly isAsked: boolean
  readonly onAsk: () => void
}

/** How many readings are behind the value, and the readings themselves, in the order of the log. */
export function ReadingsSection({ lineage, lateReadings, isAsked, onAsk }: Props) {
  const { language } = useWords()
  const t = originTexts[language]
  const { cell, readings, sql } = lineage
  const isCensus = sql.census !== null
  const names = Object.keys(readings[0]?.fields ?? {})
  const isCounty = regionOf(lineage.region)?.level === 'county'
  return (
    <section class="origin-section" data-testid="origin-readings" data-count={cell.readings}>
      <h3>{t.readings}</h3>
      <dl class="counts">
        <Count name={t.counted} number={cell.readings} />
        <Count name={t.late} number={lateReadings} />
        <Count name={t.duplicates} number={cell.duplicates} />
        <div>
          <dt>{t.assets}</dt>
          <dd>
            {showExact(cell.assets, language)} / {showExact(cell.expected, language)}
          </dd>
        </div>
      </dl>
      {isCensus ? (
        <p class="origin-note">{t.census}</p>
      ) : cell.readings === 0 ? (
        <p class="origin-note">{t.noReadings}</p>
      ) : !isAsked ? (
        <button type="button" class="copy" data-testid="show-readings" onClick={onAsk}>
          {t.showReadings}
        </button>
      ) : (
        <>
          <div class="readings">
            <table>
              <thead>
                <tr>
                  <th>{t.time}</th>
                  <th>{t.asset}</th>
                  {!isCounty && <th>GB/T 2260</th>}
                  {names.map(name => (
                    <th key={name} class="number">
                      {name}
                    </th>
                  ))}
                  <th class="number">{t.place}</th>
                </tr>
              </thead>
              <tbody>
                {readings.map(reading => (
                  <tr key={`${reading.kafka_partition}/${reading.kafka_offset}`} data-testid="reading">
                    <td>{showClock(reading.event_time)}</td>
                    <td>{reading.asset_id}</td>
                    {!isCounty && <td>{reading.county}</td>}
                    {names.map(name => (
                      <td key={name} class="number">
                        {shown(reading.fields[name] ?? null)}
                      </td>
                    ))}
                    <td class="number">
                      {reading.kafka_partition} / {reading.kafka_offset}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p
            class={`origin-note${readings.length === cell.readings ? ' is-right' : ''}`}
            data-testid="readings-shown"
          >
            {readings.length === cell.readings
              ? `✓ ${t.allReadings(showExact(cell.readings, language))}`
              : t.firstReadings(showExact(readings.length, language), showExact(cell.readings, language))}
          </p>
        </>
      )}
    </section>
  )

  function shown(value: number | string | boolean | null): string {
    if (value === null) return '–'
    return typeof value === 'number' ? showExact(value, language) : String(value)
  }
}

function Count({ name, number }: { readonly name: string; readonly number: number }) {
  const { language } = useWords()
  return (
    <div>
      <dt>{name}</dt>
      <dd>{showExact(number, language)}</dd>
    </div>
  )
}

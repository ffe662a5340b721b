import type { Lineage } from '../../protocol/parse-lineage.ts'
import { originTexts } from '../../text/origin-texts.ts'
import { useWords } from '../wall-context.ts'

/** How far of the log the value had seen, by partition. */
export function OffsetsSection({ lineage: { offsets } }: { readonly lineage: Lineage }) {
  const t = originTexts[useWords().language]
  if (offsets.length === 0) return null
  const topics = Map.groupBy(offsets, ({ topic }) => topic)
  return (
    <section class="origin-section" data-testid="origin-offsets">
      <h3>{t.offsets}</h3>
      {[...topics].map(([topic, partitions]) => (
        <table key={topic}>
          <thead>
            <tr>
              <th>
                <code>{topic}</code> · {t.partition}
              </th>
              <th class="number">{t.from}</th>
              <th class="number">{t.through}</th>
            </tr>
          </thead>
          <tbody>
            {partitions.map(({ partition, from_offset, through_offset }) => (
              <tr key={partition}>
                <td>{partition}</td>
                <td class="number">{from_offset < 0 ? t.none : from_offset}</td>
                <td class="number">{through_offset}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </section>
  )
}

import type { Span } from '../sql/literals.ts'

/** Windows as spans, neighbours as one. @param starts in ascending order, epoch ms */
export function spansOf(starts: readonly number[], sizeMs: number): readonly Span[] {
  const spans: Span[] = []
  for (const from of starts) {
    const last = spans.at(-1)
    if (last?.to === from) spans[spans.length - 1] = { from: last.from, to: from + sizeMs }
    else spans.push({ from, to: from + sizeMs })
  }
  return spans
}
